package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Json;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaPipeline;

/** What others leave behind when they die, and what happens to those who were with them. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MediaFaultsTest {
  private static final Duration SOON = Duration.ofSeconds(25);

  private final TestMediaServer server = new TestMediaServer();
  private final List<RecordingEnded> recordings = new CopyOnWriteArrayList<>();
  private final KurentoClient stranger = KurentoClient.create(server.url());
  private final MediaPipeline foreign = pipeline("somebody/else/entirely/x");
  private final MediaPipeline ofAnotherMesh = pipeline("castmesh/other-mesh/dead/x");
  private final MediaPipeline orphan = pipeline("castmesh/this-mesh/dead/live-of-the-dead");
  private Mesh mesh;
  private TestClients clients;

  private MediaPipeline pipeline(String name) {
    MediaPipeline pipeline = stranger.createMediaPipeline();
    pipeline.setName(name);
    return pipeline;
  }

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    await(mesh.redis().run(Command.SET, "media:mesh", "this-mesh"));
    MediaConfig config =
        MediaConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_KURENTO_URLS", server.url(),
                    "CASTMESH_MEDIA_LEASE", "2",
                    "CASTMESH_MEDIA_PING_INTERVAL", "1")));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room)).deploy(new MediaVerticle(mesh, config));
    clients = new TestClients(mesh);
    await(mesh.bus().listen(Media.RECORDING_ENDED, recordings::add));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  @Order(2)
  void theLivesOfADeadInstanceAreEndedAndTheirRecordingsAnnounced() throws Exception {
    // given
    Caller presenter = clients.signIn("ada");
    String liveId = "live-of-the-dead";
    Path folder = mesh.config().recordingsDir();
    Instant startedAt = Instant.now().minusSeconds(60);
    Files.writeString(folder.resolve(liveId + ".webm"), "recorded");
    Files.writeString(
        folder.resolve(liveId + ".json"),
        Json.text(
            new RecordingTicket(
                liveId, presenter.user(), "Evening", liveId + ".webm", startedAt, "192.0.2.7")));
    // when
    LiveRecord dead =
        new LiveRecord(
            liveId, "Evening", presenter, startedAt, true, "dead", server.url(), orphan.getId());
    await(mesh.redis().run(Command.HSET, "media:lives", liveId, Json.text(dead)));
    // then
    eventually(
        "recording announced",
        () -> assertThat(recordings).extracting(RecordingEnded::liveId).contains(liveId));
    assertThat(recordings.get(0).owner()).isEqualTo(presenter.user());
    assertThat(recordings.get(0).endedAt()).isAfter(startedAt);
    eventually(
        "nothing left in Redis",
        () ->
            assertThat(await(mesh.redis().run(Command.HEXISTS, "media:lives", liveId)).toInteger())
                .isZero());
  }

  @Test
  @Order(1)
  void pipelinesOfTheDeadAreReleasedAndThoseOfOthersAreLeftAlone() {
    eventually(
        "the orphan is released",
        SOON,
        () -> assertThat(names()).noneMatch("castmesh/this-mesh/dead/live-of-the-dead"::equals));
    assertThat(names()).contains(foreign.getName(), ofAnotherMesh.getName());
  }

  @Test
  @Order(3)
  void aLostMediaServerIsToldAndUsedAgainWhenItIsBack() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Caller caller = clients.signIn("cleo");
    Published live = publish(presenter);
    server.engine.newest().flow();
    Answer viewing =
        await(
            mesh.bus()
                .ask(Media.VIEW, new Media.View(viewer, live.liveId(), MediaServiceTest.OFFER)));
    Answer calling =
        await(
            mesh.bus()
                .ask(Media.CALL_CONNECT, new Media.JoinCall(caller, "c9", MediaServiceTest.OFFER)));
    eventually("the recording runs", () -> assertThat(server.engine.journal).contains("record"));
    // when
    server.kill();
    // then
    clients.awaitBroadcast(
        "live.ended",
        p ->
            live.liveId().equals(p.getString("liveId"))
                && "media_server_lost".equals(p.getString("reason")));
    clients.awaitTold(viewer, "media.state", failed(viewing.mediaId()));
    clients.awaitTold(caller, "media.state", failed(calling.mediaId()));
    eventually(
        "what was recorded is announced",
        () -> assertThat(recordings).extracting(RecordingEnded::liveId).contains(live.liveId()));
    assertThat(await(mesh.bus().ask(Media.LIVES, new Media.LivesQuery(null))).items()).isEmpty();
    for (String name : List.of("lives", "viewers", "calls", "pipelines", "servers.up")) {
      eventually(name + " back at nothing", () -> assertThat(gauge(name)).isZero());
    }
    // when
    server.start();
    // then
    eventually("publishing works again", SOON, () -> publish(presenter));
    clients.end(presenter);
    eventually("released", () -> assertThat(server.engine.peers).isEmpty());
  }

  private Published publish(Caller caller) {
    return await(
        mesh.bus()
            .ask(
                Media.PUBLISH, new Media.Publish(caller, MediaServiceTest.OFFER, "Evening", true)));
  }

  private double gauge(String name) {
    return mesh.metrics().get("castmesh.media." + name).gauge().value();
  }

  private List<String> names() {
    return stranger.getServerManager().getPipelines().stream().map(p -> p.getName()).toList();
  }

  private static Predicate<JsonObject> failed(String mediaId) {
    return p -> mediaId.equals(p.getString("mediaId")) && "failed".equals(p.getString("state"));
  }
}
