package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Redis has missed of a live does not end it when another instance goes on with it. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgetfulRedisTest {
  private static final String OFFER = MediaStory.OFFER;

  /** Within this what stands has been said again, and dead instances have been looked for. */
  private static final Duration SOON = Duration.ofSeconds(20);

  private final TestMediaServer server = new TestMediaServer();
  private MediaConfig config;
  private Mesh mesh;
  private TestClients clients;
  private String first;
  private String second;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    config =
        MediaConfig.read(
            test.settings(
                Map.of("CASTMESH_KURENTO_URLS", server.url(), "CASTMESH_MEDIA_LEASE", "2")));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room));
    clients = new TestClients(mesh);
  }

  @BeforeEach
  void one() {
    first = deploy();
    second = null;
  }

  @AfterEach
  void none() {
    if (first != null) {
      await(mesh.vertx().undeploy(first));
    }
    if (second != null) {
      await(mesh.vertx().undeploy(second));
    }
    assertThat(server.engine.peers).isEmpty();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aPresenterThatIsNotWrittenDownIsWrittenDownAgain() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter);
    ScriptedEngine.Peer up = server.engine.newest();
    // when
    await(mesh.redis().run(Command.HDEL, sessionsOf(live), live.mediaId()));
    // then
    eventually(
        "written down again",
        () -> assertThat(await(mesh.redis().hash(sessionsOf(live)))).containsKey(live.mediaId()));
    handOver();
    assertThat(states(presenter)).hasSize(1).doesNotContain("lost");
    assertThat(server.engine.peers).containsOnlyKeys(up.id);
  }

  @Test
  void viewersThatCannotBeCountedAtOnceAreWrittenDownAndCountedLater() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    Caller cleo = clients.signIn("cleo");
    Published live = publish(presenter);
    Answer bobs = view(bob, live);
    Answer cleos = view(cleo, live);
    // when Redis comes back empty, and room-service cannot count
    await(mesh.redis().run(Command.ACL, "SETUSER", "default", "-zadd"));
    try {
      await(mesh.redis().run(Command.FLUSHALL));
      // then
      eventually(
          "all are written down",
          () ->
              assertThat(await(mesh.redis().hash(sessionsOf(live))))
                  .containsOnlyKeys(live.mediaId(), bobs.mediaId(), cleos.mediaId()));
    } finally {
      await(mesh.redis().run(Command.ACL, "SETUSER", "default", "+zadd"));
    }
    // then
    eventually(
        "both are counted",
        SOON,
        () ->
            assertThat(
                    await(mesh.bus().ask(Audience.MEMBERS, new Audience.Query(live.liveId())))
                        .items())
                .hasSize(2));
    clients.renew(presenter);
    clients.renew(bob);
    clients.renew(cleo);
    // when
    handOver();
    // then
    assertThat(server.engine.peers).hasSize(3);
    assertThat(states(bob)).hasSize(1);
    assertThat(states(cleo)).hasSize(1);
  }

  @Test
  void anInstanceThatStopsWithoutRedisLeavesWhatItHasToTheOther() {
    // given two instances that know of each other
    Caller presenter = clients.signIn("ada");
    Caller caller = clients.signIn("cleo");
    Published live = publish(presenter);
    await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(caller, "c1", OFFER)));
    Set<String> peers = Set.copyOf(server.engine.peers.keySet());
    second = deploy();
    pauseForTheLeastOfALease();
    // when
    await(mesh.redis().run(Command.ACL, "SETUSER", "default", "-eval"));
    try {
      undeployFirst();
    } finally {
      await(mesh.redis().run(Command.ACL, "SETUSER", "default", "+eval"));
    }
    // then
    eventually("the live is adopted", SOON, () -> assertThat(states(presenter)).hasSize(1));
    eventually("the call is adopted", SOON, () -> assertThat(states(caller)).hasSize(1));
    assertThat(server.engine.peers).containsOnlyKeys(peers);
    assertThat(clients.of(presenter, "media.state"))
        .extracting(event -> event.params().getString("state"))
        .doesNotContain("failed", "lost", "closed");
    assertThat(await(mesh.bus().ask(Media.LIVES, new Media.LivesQuery(live.liveId()))).items())
        .hasSize(1);
  }

  private void handOver() {
    second = deploy();
    undeployFirst();
  }

  private void undeployFirst() {
    Future<Void> stopped = mesh.vertx().undeploy(first);
    first = null;
    eventually("stopped", SOON, () -> assertThat(stopped.succeeded()).isTrue());
  }

  /** What one instance says of itself the other learns when it renews its lease. */
  private static void pauseForTheLeastOfALease() {
    try {
      Thread.sleep(1_500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String deploy() {
    return await(mesh.vertx().deployVerticle(new MediaVerticle(mesh, config)));
  }

  private Published publish(Caller caller) {
    return await(mesh.bus().ask(Media.PUBLISH, new Media.Publish(caller, OFFER, "Evening", false)));
  }

  private Answer view(Caller caller, Published live) {
    return await(mesh.bus().ask(Media.VIEW, new Media.View(caller, live.liveId(), OFFER)));
  }

  private List<String> states(Caller caller) {
    return await(mesh.bus().ask(Media.LIST, new Media.Mine(caller))).items().stream()
        .map(Media.Session::state)
        .toList();
  }

  private static String sessionsOf(Published live) {
    return "media:of:live:" + live.liveId();
  }
}
