package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Json;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
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
  private static final String OFFER = MediaStory.OFFER;
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
  void aLiveThatHasLostItsInstanceAndItsServerEndsAndItsRecordingIsAnnounced() throws Exception {
    // given
    Caller presenter = clients.signIn("ada");
    String liveId = "live-of-the-dead";
    Path folder = mesh.config().recordingsDir();
    Instant startedAt = Instant.now().minusSeconds(60);
    RecordingTicket ticket =
        new RecordingTicket(
            liveId, presenter.user(), "Evening", liveId + ".webm", startedAt, "192.0.2.7");
    Files.writeString(folder.resolve(liveId + ".webm"), "recorded");
    Files.writeString(folder.resolve(liveId + ".json"), Json.text(ticket));
    LiveRecord.Stage gone =
        new LiveRecord.Stage(server.url(), "gone_kurento.MediaPipeline", 2, "recorder", ticket);
    LiveRecord live =
        new LiveRecord(
            liveId, "Evening", presenter, startedAt, true, "live.x.presenter", 1, gone, null);
    // when
    await(mesh.redis().run(Command.HSET, "media:lives", liveId, Json.text(live)));
    await(mesh.redis().run(Command.HSET, "media:owners", "live:" + liveId, "dead"));
    // then
    eventually(
        "recording announced",
        () -> assertThat(recordings).extracting(RecordingEnded::liveId).contains(liveId));
    assertThat(recordings.get(0).owner()).isEqualTo(presenter.user());
    assertThat(recordings.get(0).endedAt()).isAfter(startedAt);
    clients.awaitBroadcast("live.ended", SOON, ended(liveId));
    eventually(
        "nothing left in Redis",
        () -> {
          assertThat(await(mesh.redis().hash("media:lives"))).doesNotContainKey(liveId);
          assertThat(await(mesh.redis().hash("media:owners"))).isEmpty();
        });
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
  void aLiveAndACallGoOnWhenTheirMediaServerIsBack() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Caller caller = clients.signIn("cleo");
    Published live = publish(presenter);
    server.engine.newest().flow();
    Answer viewing =
        await(mesh.bus().ask(Media.VIEW, new Media.View(viewer, live.liveId(), OFFER)));
    Answer calling =
        await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(caller, "c9", OFFER)));
    eventually("the recording runs", () -> assertThat(server.engine.journal).contains("record"));
    // when
    long begin = System.nanoTime();
    server.kill();
    // then
    clients.awaitTold(presenter, "media.state", lost(live.mediaId()));
    System.out.printf("told after %d ms%n", (System.nanoTime() - begin) / 1_000_000);
    clients.awaitTold(viewer, "media.state", lost(viewing.mediaId()));
    clients.awaitTold(caller, "media.state", lost(calling.mediaId()));
    eventually(
        "what was recorded is announced",
        () -> assertThat(recordings).extracting(RecordingEnded::liveId).contains(live.liveId()));
    assertThat(await(mesh.bus().ask(Media.LIVES, new Media.LivesQuery(null))).items()).hasSize(1);
    assertThat(await(mesh.bus().ask(Media.LIST, new Media.Mine(viewer))).items())
        .extracting(Media.Session::state)
        .containsExactly("lost");
    eventually("pipelines back at nothing", () -> assertThat(gauge("pipelines")).isZero());
    eventually("no server is up", () -> assertThat(up()).isZero());
    assertThat(refusal(presenter, live.mediaId())).isEqualTo(Failure.MEDIA_UNAVAILABLE);
    // when
    server.start();
    // then viewers wait for the presenter
    assertThat(refusal(viewer, viewing.mediaId())).isEqualTo(Failure.MEDIA_UNAVAILABLE);
    eventually("the presenter is back", SOON, () -> restart(presenter, live.mediaId()));
    ScriptedEngine.Peer up = server.engine.newest();
    eventually("the viewer is back", SOON, () -> restart(viewer, viewing.mediaId()));
    assertThat(server.engine.newest().videoSource()).isSameAs(up);
    restart(caller, calling.mediaId());
    // when
    up.flow();
    eventually("another recording", () -> assertThat(server.engine.journal).contains("record"));
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    // then
    eventually(
        "both recordings are announced",
        () ->
            assertThat(recordings)
                .extracting(RecordingEnded::file)
                .contains(live.liveId() + ".webm", live.liveId() + ".2.webm"));
    clients.end(caller);
    eventually("released", () -> assertThat(server.engine.peers).isEmpty());
    eventually("all is over", () -> assertThat(gauge("lives") + gauge("calls")).isZero());
  }

  @Test
  @Order(4)
  void aReturnOfThePresenterThatFailsKeepsNobodyFromAnother() {
    // given a live that has lost its media server
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Published live = publish(presenter);
    Answer viewing =
        await(mesh.bus().ask(Media.VIEW, new Media.View(viewer, live.liveId(), OFFER)));
    server.kill();
    clients.awaitTold(viewer, "media.state", lost(viewing.mediaId()));
    eventually("no server is up", () -> assertThat(up()).isZero());
    server.start();
    eventually("the server is up", SOON, () -> assertThat(up()).isOne());
    // when a viewer comes while the presenter is waiting for an answer that does not come
    String held = OFFER + ScriptedEngine.HELD + "\r\n";
    Future<Answer> first =
        mesh.bus().ask(Media.RESTART, new Media.Restart(presenter, live.mediaId(), held));
    eventually("being set up", () -> assertThat(server.engine.peers).hasSize(1));
    Failure early = refusal(viewer, viewing.mediaId());
    server.engine.refusal.completeExceptionally(new SdpException("no"));
    eventually("refused", () -> assertThat(first.failed()).isTrue());
    // then
    assertThat(early).isEqualTo(Failure.MEDIA_UNAVAILABLE);
    restart(presenter, live.mediaId());
    ScriptedEngine.Peer up = server.engine.newest();
    restart(viewer, viewing.mediaId());
    assertThat(server.engine.newest().videoSource()).isSameAs(up);
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
  }

  private double up() {
    return mesh.metrics().get("castmesh.media.servers").tag("state", "up").gauge().value();
  }

  private Answer restart(Caller caller, String mediaId) {
    return await(mesh.bus().ask(Media.RESTART, new Media.Restart(caller, mediaId, OFFER)));
  }

  private Failure refusal(Caller caller, String mediaId) {
    return catchThrowableOfType(FailureException.class, () -> restart(caller, mediaId)).failure();
  }

  private Published publish(Caller caller) {
    return await(mesh.bus().ask(Media.PUBLISH, new Media.Publish(caller, OFFER, "Evening", true)));
  }

  private double gauge(String name) {
    return mesh.metrics().get("castmesh.media." + name).gauge().value();
  }

  private List<String> names() {
    return stranger.getServerManager().getPipelines().stream().map(p -> p.getName()).toList();
  }

  private static Predicate<JsonObject> lost(String mediaId) {
    return p -> mediaId.equals(p.getString("mediaId")) && "lost".equals(p.getString("state"));
  }

  private static Predicate<JsonObject> ended(String liveId) {
    return p ->
        liveId.equals(p.getString("liveId")) && "media_server_lost".equals(p.getString("reason"));
  }
}
