package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static io.vertx.core.Future.succeededFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Done;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** An instance is told to stop, as when a new version is rolled out. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandoverTest {
  private static final String OFFER = MediaStory.OFFER;

  /** Whoever is asked to take over has so long to answer, and then some. */
  private static final Duration STOPPED = Media.ADOPT.deadline().multipliedBy(2);

  private final TestMediaServer server = new TestMediaServer();
  private final List<RecordingEnded> recordings = new CopyOnWriteArrayList<>();
  private MediaConfig config;
  private Mesh mesh;
  private TestClients clients;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    // Nobody learns of others by renewing a lease as long as the tests run.
    config =
        MediaConfig.read(
            test.settings(
                Map.of("CASTMESH_KURENTO_URLS", server.url(), "CASTMESH_MEDIA_LEASE", "60")));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room));
    clients = new TestClients(mesh);
    await(mesh.bus().listen(Media.RECORDING_ENDED, recordings::add));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void whatOneHasGoesToAnotherAndOnlyTheLastOneEndsIt() {
    // given
    String first = deploy();
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Caller caller = clients.signIn("cleo");
    Published live =
        await(mesh.bus().ask(Media.PUBLISH, new Media.Publish(presenter, OFFER, "Evening", true)));
    ScriptedEngine.Peer up = server.engine.newest();
    up.flow();
    eventually("recording", () -> assertThat(server.engine.journal).contains("record"));
    Answer viewing = view(viewer, live.liveId());
    await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(caller, "c1", OFFER)));
    // when another has only just come
    String second = deploy();
    handOver(first);
    // then
    assertThat(list(presenter))
        .containsExactly(
            new Media.Session(live.mediaId(), "presenter", live.liveId(), null, "flowing"));
    assertThat(list(viewer)).extracting(Media.Session::mediaId).containsExactly(viewing.mediaId());
    assertThat(list(caller)).extracting(Media.Session::callId).containsExactly("c1");
    assertThat(server.engine.journal).containsExactly("record");
    assertThat(server.engine.peers).hasSize(3).containsKey(up.id);
    assertThat(clients.of(viewer, "media.state"))
        .extracting(event -> event.params().getString("state"))
        .doesNotContain("failed", "lost", "closed");
    // when
    view(clients.signIn("dora"), live.liveId());
    // then
    assertThat(server.engine.newest().videoSource()).isSameAs(up);
    // when nobody is left
    await(mesh.vertx().undeploy(second));
    // then
    clients.awaitBroadcast("live.ended", p -> live.liveId().equals(p.getString("liveId")));
    eventually(
        "recording told",
        () -> assertThat(recordings).extracting(RecordingEnded::liveId).contains(live.liveId()));
    assertThat(server.engine.peers).isEmpty();
    assertThat(server.engine.journal).containsSubsequence("record", "stop", "recorder released");
    assertThat(await(mesh.redis().hash("media:owners"))).isEmpty();
    assertThat(await(mesh.redis().hash("media:instances"))).isEmpty();
  }

  @Test
  void whatAnotherTookWithoutSayingSoIsNotEnded() {
    // given another instance that takes over, and falls silent over it
    String first = deploy();
    Caller presenter = clients.signIn("ada");
    Published live =
        await(mesh.bus().ask(Media.PUBLISH, new Media.Publish(presenter, OFFER, "Noon", false)));
    ScriptedEngine.Peer up = server.engine.newest();
    Bus.Registration probe =
        await(mesh.bus().serve(Media.PROBE.at("silent"), asked -> succeededFuture(Done.DONE)));
    Bus.Registration adopt =
        await(mesh.bus().serve(Media.ADOPT.at("silent"), this::takeAndFallSilent));
    await(mesh.redis().run(Command.SET, "media:instance:silent", 1, "PX", 60_000));
    String state = "{\"sessions\":{},\"up\":[],\"node\":\"elsewhere\"}";
    await(mesh.redis().run(Command.HSET, "media:instances", "silent", state));
    // when
    handOver(first);
    // then
    assertThat(server.engine.peers).containsKey(up.id);
    // when it turns out to be dead
    await(probe.cancel());
    await(adopt.cancel());
    await(mesh.redis().run(Command.DEL, "media:instance:silent"));
    String second = deploy();
    // then
    eventually("adopted", () -> assertThat(list(presenter)).hasSize(1));
    assertThat(server.engine.peers).containsOnlyKeys(up.id);
    // when
    await(mesh.vertx().undeploy(second));
    // then
    clients.awaitBroadcast("live.ended", p -> live.liveId().equals(p.getString("liveId")));
    assertThat(server.engine.peers).isEmpty();
  }

  private Future<Media.HandedOver> takeAndFallSilent(Media.Handover handover) {
    handover.keys().forEach(key -> mesh.redis().run(Command.HSET, "media:owners", key, "silent"));
    return Promise.<Media.HandedOver>promise().future();
  }

  private String deploy() {
    return await(mesh.vertx().deployVerticle(new MediaVerticle(mesh, config)));
  }

  private void handOver(String instance) {
    long begin = System.nanoTime();
    Future<Void> stopped = mesh.vertx().undeploy(instance);
    eventually("stopped", STOPPED, () -> assertThat(stopped.succeeded()).isTrue());
    System.out.printf("handed over within %d ms%n", (System.nanoTime() - begin) / 1_000_000);
  }

  private Answer view(Caller caller, String liveId) {
    return await(mesh.bus().ask(Media.VIEW, new Media.View(caller, liveId, OFFER)));
  }

  private List<Media.Session> list(Caller caller) {
    return await(mesh.bus().ask(Media.LIST, new Media.Mine(caller))).items();
  }
}
