package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Candidate;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.medianode.kurento.KurentoLimits;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaPipeline;
import org.kurento.client.WebRtcEndpoint;

/**
 * An instance of media-service is killed; what it had goes on, and nobody of its clients is told.
 */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdoptionTest {
  private static final Duration PROMISED = Duration.ofSeconds(10);
  private static final String OFFER = MediaStory.OFFER;

  /** What the media server drops that nobody refers to, it drops within twice this. */
  private static final Duration COLLECTED = Duration.ofSeconds(7);

  /** By then instances have said again what they have, and looked for what they have not. */
  private static final Duration SAID_AGAIN = Duration.ofSeconds(8);

  private final TestMediaServer server =
      new TestMediaServer(KurentoLimits.defaults().withSessionGcMillis(COLLECTED.toMillis()));
  private final List<RecordingEnded> recordings = new CopyOnWriteArrayList<>();
  private Map<String, String> settings;
  private Mesh mesh;
  private TestMesh test;
  private TestClients clients;

  @BeforeAll
  void start(TestMesh testMesh) {
    test = testMesh;
    mesh = test.mesh();
    settings =
        Map.of(
            "CASTMESH_KURENTO_URLS", server.url(),
            "CASTMESH_MEDIA_LEASE", "2",
            "CASTMESH_MEDIA_PRESENCE_INTERVAL", "1");
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room))
        .deploy(new MediaVerticle(mesh, MediaConfig.read(test.settings(settings))));
    clients = new TestClients(mesh);
    await(mesh.bus().listen(Media.RECORDING_ENDED, recordings::add));
  }

  @AfterEach
  void nothingIsLeftBehind() {
    eventually(
        "every peer and recorder released",
        () -> {
          assertThat(server.engine.peers).isEmpty();
          assertThat(server.engine.recorders).isEmpty();
          assertThat(await(mesh.redis().run(Command.KEYS, "media:of:*"))).isEmpty();
          assertThat(await(mesh.redis().run(Command.KEYS, "media:client:*"))).isEmpty();
          assertThat(owners()).isEmpty();
        });
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aRecordedLiveGoesOnAndItsRecordingIsFinished() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Caller late = clients.signIn("cleo");
    SecondInstance other = new SecondInstance(test, settings);
    Published live = other.publish(presenter, OFFER);
    ScriptedEngine.Peer up = server.engine.newest();
    Answer viewing = other.view(viewer, live.liveId(), OFFER);
    ScriptedEngine.Peer down = server.engine.newest();
    up.flow();
    down.flow();
    eventually("recording", () -> assertThat(server.engine.journal).contains("record"));
    eventually(
        "the recording is written down",
        () -> assertThat(record(live.liveId())).contains("\"ticket\""));
    String dead = owners().get("live:" + live.liveId());
    // when
    other.kill();
    long begin = System.nanoTime();
    // then
    eventually(
        "adopted",
        PROMISED,
        () -> assertThat(owners().get("live:" + live.liveId())).isNotNull().isNotEqualTo(dead));
    eventually("there", PROMISED, () -> assertThat(list(presenter)).hasSize(1));
    System.out.printf("adopted after %d ms%n", (System.nanoTime() - begin) / 1_000_000);
    assertThat(list(presenter))
        .containsExactly(
            new Media.Session(live.mediaId(), "presenter", live.liveId(), null, "flowing"));
    assertThat(list(viewer))
        .containsExactly(
            new Media.Session(viewing.mediaId(), "viewer", live.liveId(), null, "flowing"));
    // when somebody comes later
    Answer lateViewing = view(late, live.liveId());
    // then
    assertThat(server.engine.newest().videoSource()).isSameAs(up);
    assertThat(lateViewing.mediaId()).isNotEqualTo(viewing.mediaId());
    // when those who were there go on
    await(
        mesh.bus()
            .ask(
                Media.CANDIDATE,
                new Media.AddCandidate(
                    presenter,
                    live.mediaId(),
                    new Candidate("candidate:9 1 udp 1 127.0.0.1 9 typ host", "0", 0))));
    await(mesh.bus().ask(Media.RESTART, new Media.Restart(viewer, viewing.mediaId(), OFFER)));
    // then
    eventually("candidate", () -> assertThat(up.candidates).hasSize(1));
    assertThat(server.engine.newest().videoSource()).isSameAs(up);
    eventually(
        "the old peer is released",
        () -> assertThat(server.engine.peers).doesNotContainKey(down.id));
    // when what the dead instance referred to is collected
    pause(COLLECTED.multipliedBy(2));
    // then nothing of it is gone
    assertThat(server.engine.peers).hasSize(3).containsKey(up.id);
    assertThat(server.engine.journal).doesNotContain("stop");
    // when
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    // then
    eventually(
        "recording told",
        () -> assertThat(recordings).extracting(RecordingEnded::liveId).contains(live.liveId()));
    assertThat(server.engine.journal).containsSubsequence("record", "stop", "recorder released");
    assertThat(server.engine.journal.stream().filter("record"::equals)).hasSize(1);
    assertThat(told(presenter)).doesNotContain("failed", "lost");
    assertThat(told(viewer)).doesNotContain("failed", "lost");
  }

  @Test
  void aCallGoesOn() {
    // given
    Caller ada = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    SecondInstance other = new SecondInstance(test, settings);
    other.connect(ada, "call-of-two", OFFER);
    ScriptedEngine.Peer adas = server.engine.newest();
    Answer bobs = other.connect(bob, "call-of-two", OFFER);
    // when
    other.kill();
    // then
    eventually("adopted", PROMISED, () -> assertThat(list(ada)).hasSize(1));
    // when one side's network changes
    await(mesh.bus().ask(Media.RESTART, new Media.Restart(bob, bobs.mediaId(), OFFER)));
    // then
    assertThat(server.engine.newest().videoSource()).isSameAs(adas);
    assertThat(adas.videoSource()).isSameAs(server.engine.newest());
    // when
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("call-of-two")));
    // then
    eventually("released", () -> assertThat(server.engine.peers).isEmpty());
  }

  @Test
  void aCallThatEndsWhileItsInstanceStandsStillDoesNotComeBack() {
    // given
    Caller ada = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    try (SecondInstance other = new SecondInstance(test, settings)) {
      other.connect(ada, "call-that-ends", OFFER);
      other.connect(bob, "call-that-ends", OFFER);
      // when
      other.stand(true);
      eventually("adopted", PROMISED, () -> assertThat(list(ada)).hasSize(1));
      await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("call-that-ends")));
      other.stand(false);
      pause(SAID_AGAIN);
      // then
      assertThat(owners()).isEmpty();
      assertThat(await(mesh.redis().run(Command.HLEN, "media:calls")).toInteger()).isZero();
    }
  }

  @Test
  void aLiveThatRedisGaveToAnInstanceWithoutSayingSoIsAdopted() {
    // given
    Caller presenter = clients.signIn("ada");
    SecondInstance other = new SecondInstance(test, settings);
    Published live = other.publish(presenter, OFFER);
    String key = "live:" + live.liveId();
    String dead = owners().get(key);
    Set<String> instances = await(mesh.redis().hash("media:instances")).keySet();
    String own = instances.stream().filter(one -> !one.equals(dead)).findFirst().orElseThrow();
    // when
    other.kill();
    await(mesh.redis().run(Command.HSET, "media:owners", key, own));
    // then
    eventually("there", SAID_AGAIN.multipliedBy(2), () -> assertThat(list(presenter)).hasSize(1));
    clients.end(presenter);
    clients.awaitBroadcast("live.ended", p -> live.liveId().equals(p.getString("liveId")));
  }

  @Test
  void whoComesWhileNobodyHasTheLiveWaitsForItsAdoption() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    SecondInstance other = new SecondInstance(test, settings);
    Published live = other.publish(presenter, OFFER);
    // when
    other.kill();
    Answer viewing = view(viewer, live.liveId());
    // then
    assertThat(viewing.sdpAnswer()).contains("answer of");
    clients.end(presenter);
  }

  @Test
  void whatWasBeingSetUpIsReleased() {
    // given
    Caller presenter = clients.signIn("ada");
    SecondInstance other = new SecondInstance(test, settings);
    Published live = other.publish(presenter, OFFER);
    ScriptedEngine.Peer up = server.engine.newest();
    KurentoClient half = KurentoClient.create(server.url());
    MediaPipeline pipeline = half.getServerManager().getPipelines().get(0);
    WebRtcEndpoint unanswered = new WebRtcEndpoint.Builder(pipeline).build();
    half.getById(up.id, WebRtcEndpoint.class).connect(unanswered);
    assertThat(server.engine.peers).hasSize(2);
    // when
    other.kill();
    // then
    eventually(
        "the peer that nobody was told of is released",
        PROMISED,
        () -> assertThat(server.engine.peers).containsOnlyKeys(up.id));
    assertThat(up.videoSource()).isSameAs(up);
    half.destroy();
    eventually("adopted", () -> assertThat(list(presenter)).hasSize(1));
    clients.end(presenter);
    clients.awaitBroadcast("live.ended", p -> live.liveId().equals(p.getString("liveId")));
  }

  private Answer view(Caller caller, String liveId) {
    return await(mesh.bus().ask(Media.VIEW, new Media.View(caller, liveId, OFFER)));
  }

  private List<Media.Session> list(Caller caller) {
    return await(mesh.bus().ask(Media.LIST, new Media.Mine(caller))).items();
  }

  private Map<String, String> owners() {
    return await(mesh.redis().hash("media:owners"));
  }

  private String record(String liveId) {
    return await(mesh.redis().hash("media:lives")).get(liveId);
  }

  private List<String> told(Caller caller) {
    return clients.of(caller, "media.state").stream()
        .map(event -> event.params().getString("state"))
        .toList();
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
