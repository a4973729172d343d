package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.medianode.engine.MediaKind;
import io.vertx.redis.client.Command;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is recorded of a live, and who is told. */
class RecordingTest extends MediaStory {
  @Test
  void aRecordingIsAnnouncedAgainUntilItsTicketIsGone() throws Exception {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, true);
    server.engine.newest().flow();
    eventually("ticket", () -> assertThat(folder.resolve(live.liveId() + ".json")).exists());
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    recordingOf(live.liveId());
    // when nobody registers it
    eventually(
        "told again",
        Duration.ofSeconds(15),
        () ->
            assertThat(recordings.stream().filter(r -> r.liveId().equals(live.liveId())))
                .hasSizeGreaterThan(1));
    // when somebody does
    Files.delete(folder.resolve(live.liveId() + ".json"));
    // then
    eventually(
        "forgotten",
        Duration.ofSeconds(15),
        () ->
            assertThat(
                    await(mesh.redis().run(Command.HEXISTS, "media:recordings", live.liveId()))
                        .toInteger())
                .isZero());
  }

  @Test
  void aPresenterWhoSendsOneKindOnlyIsRecordedToo() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, true);
    server.engine.journal.clear();
    // when
    server.engine.newest().sendOnly(MediaKind.AUDIO);
    // then
    eventually("recording", () -> assertThat(server.engine.journal).contains("record"));
    clients.end(presenter);
    recordingOf(live.liveId());
  }

  @Test
  void aRecordingThatGoesWrongIsCountedOnce() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, true);
    double before = errors();
    // when
    ScriptedEngine.Recorder recorder = server.engine.recorders.values().iterator().next();
    recorder.listener.onError("the disk is full");
    recorder.listener.onError("the disk is full");
    // then
    eventually("counted", () -> assertThat(errors()).isEqualTo(before + 1));
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    assertThat(errors()).isEqualTo(before + 1);
  }

  private double errors() {
    return mesh.metrics().get("castmesh.media.recording.errors").counter().count();
  }

  @Test
  void withoutRecordingNothingIsWritten() {
    // given
    Caller presenter = clients.signIn("ada");
    // when
    Published live = publish(presenter, false);
    server.engine.newest().flow();
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    // then
    assertThat(folder.resolve(live.liveId() + ".json")).doesNotExist();
    assertThat(recordings).extracting(RecordingEnded::liveId).doesNotContain(live.liveId());
  }
}
