package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Lives: presented by one, found and ended by those who may. */
class LiveTest extends MediaStory {
  @Test
  void aLiveIsPublishedListedWatchedAndStopped() throws Exception {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    // when
    Published published = publish(presenter, true);
    // then
    ScriptedEngine.Peer up = server.engine.newest();
    assertThat(published.sdpAnswer()).contains(up.id);
    assertThat(up.videoSource()).as("the presenter sees its own stream").isSameAs(up);
    clients.awaitBroadcast(
        "live.started",
        p -> p.getJsonObject("live").getString("liveId").equals(published.liveId()));
    assertThat(lives()).extracting(Media.Live::liveId).containsExactly(published.liveId());
    // when
    Answer viewing = view(viewer, published.liveId());
    ScriptedEngine.Peer down = server.engine.newest();
    // then
    assertThat(down.videoSource()).isSameAs(up);
    clients.awaitTold(
        presenter,
        "live.viewerJoined",
        p -> p.getJsonObject("user").getString("nickname").equals("bob"));
    // when
    up.flow();
    down.flow();
    // then
    clients.awaitTold(viewer, "media.state", state(viewing.mediaId(), "flowing"));
    clients.awaitTold(presenter, "media.state", state(published.mediaId(), "flowing"));
    eventually("a keyframe asked for", () -> assertThat(up.keyFrameRequests).isPositive());
    eventually("recording", () -> assertThat(server.engine.journal).contains("record"));
    JsonObject ticket =
        new JsonObject(Files.readString(folder.resolve(published.liveId() + ".json")));
    assertThat(ticket.getString("address")).isEqualTo("192.0.2.7");
    // when
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, published.liveId())));
    // then
    clients.awaitBroadcast("live.ended", ended(published, "stopped"));
    clients.awaitTold(viewer, "media.state", state(viewing.mediaId(), "closed"));
    assertThat(server.engine.journal.indexOf("stop"))
        .as("the recorder is stopped before it is released: %s", server.engine.journal)
        .isBetween(0, server.engine.journal.indexOf("recorder released"));
    RecordingEnded recording = recordingOf(published.liveId());
    assertThat(recording.owner()).isEqualTo(presenter.user());
    assertThat(recording.title()).isEqualTo("Evening");
    assertThat(folder.resolve(recording.file())).exists();
    assertThat(recording.endedAt()).isAfter(recording.startedAt());
    assertThat(lives()).isEmpty();
  }

  @Test
  void nobodyPresentsTwoLives() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, false);
    Caller secondDevice = clients.again(presenter.user());
    // when / then
    assertThat(refusal(Media.PUBLISH, publication(presenter, OFFER, false)))
        .isEqualTo(Failure.ALREADY_PUBLISHING);
    assertThat(refusal(Media.PUBLISH, publication(secondDevice, OFFER, false)))
        .isEqualTo(Failure.ALREADY_PUBLISHING);
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    Published next = publish(secondDevice, false);
    clients.end(secondDevice);
    clients.awaitBroadcast("live.ended", ended(next, "presenter_gone"));
  }

  @Test
  void onlyThePresenterStopsALive() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller stranger = clients.signIn("eve");
    Published live = publish(presenter, false);
    // when / then
    assertThat(refusal(Media.STOP, new Media.OfLive(stranger, live.liveId())))
        .isEqualTo(Failure.FORBIDDEN);
    assertThat(refusal(Media.STOP, new Media.OfLive(stranger, "no-such-live")))
        .isEqualTo(Failure.LIVE_NOT_FOUND);
    assertThat(lives()).hasSize(1);
    clients.end(presenter);
  }

  @Test
  void aPresenterWhoseSessionEndsTakesTheLiveAlong() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Published live = publish(presenter, false);
    view(viewer, live.liveId());
    // when
    clients.end(presenter);
    // then
    clients.awaitBroadcast("live.ended", ended(live, "presenter_gone"));
    assertThat(refusal(Media.VIEW, new Media.View(viewer, live.liveId(), OFFER)))
        .isEqualTo(Failure.LIVE_NOT_FOUND);
  }

  @Test
  void aClientThatVanishesWithoutAWordIsFound() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, false);
    // when
    clients.vanish(presenter);
    // then
    clients.awaitBroadcast("live.ended", ended(live, "presenter_gone"));
  }

  @Test
  void theEndOfALiveThatCouldNotBeWrittenDownIsWrittenDownLater() {
    // given a Redis that forgets nothing
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, false);
    await(mesh.redis().run(Command.ACL, "SETUSER", "default", "-hdel"));
    try {
      // when
      await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
      // then
      assertThat(recordsOfLives()).isEqualTo(1);
    } finally {
      await(mesh.redis().run(Command.ACL, "SETUSER", "default", "+hdel"));
    }
    // then
    clients.awaitBroadcast("live.ended", ended(live, "stopped"));
    eventually("no record", () -> assertThat(recordsOfLives()).isZero());
  }

  private int recordsOfLives() {
    return await(mesh.redis().run(Command.HLEN, "media:lives")).toInteger();
  }
}
