package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several media servers and several instances, which share the view of what is on them. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MediaServersTest {
  private static final String OFFER = MediaStory.OFFER;
  private static final int ROOM = 3;

  private final TestMediaServer one = new TestMediaServer();
  private final TestMediaServer two = new TestMediaServer();
  private Mesh mesh;
  private TestClients clients;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    MediaConfig config =
        MediaConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_KURENTO_URLS", one.url() + "," + two.url(),
                    "CASTMESH_MEDIA_LEASE", "2",
                    "CASTMESH_MEDIA_SESSIONS_PER_SERVER", "" + ROOM)));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room))
        .deploy(new MediaVerticle(mesh, config))
        .deploy(new MediaVerticle(mesh, config));
    clients = new TestClients(mesh);
  }

  @AfterEach
  void nothingIsLeftBehind() {
    eventually(
        "everything released",
        () -> {
          assertThat(one.engine.peers).isEmpty();
          assertThat(two.engine.peers).isEmpty();
          assertThat(servers()).extracting(Media.Server::sessions).containsOnly(0);
        });
  }

  @AfterAll
  void stop() {
    one.close();
    two.close();
  }

  @Test
  void livesAreSpreadAndAFullServerRefusesFurtherViewers() {
    // given
    List<Caller> presenters = new ArrayList<>();
    Published first = publish(presenters);
    eventually("its load is known to all", () -> assertThat(load()).isEqualTo(1));
    // when
    Published second = publish(presenters);
    // then
    assertThat(one.engine.peers).hasSize(1);
    assertThat(two.engine.peers).hasSize(1);
    // when
    for (int i = 1; i < ROOM; i++) {
      view(clients.signIn("viewer" + i), first.liveId());
    }
    eventually("the load is known to all", () -> assertThat(load()).isEqualTo(ROOM + 1));
    // then
    Caller late = clients.signIn("late");
    assertThat(refusal(Media.VIEW, new Media.View(late, first.liveId(), OFFER)))
        .isEqualTo(Failure.MEDIA_FULL);
    assertThat(Failure.MEDIA_FULL.retryable()).isTrue();
    view(late, second.liveId());
    presenters.forEach(clients::end);
  }

  @Test
  void aServerThatDrainsKeepsWhatItHasAndTakesNothingNew() {
    // given
    List<Caller> presenters = new ArrayList<>();
    Published live = publish(presenters);
    TestMediaServer drained = one.engine.peers.isEmpty() ? two : one;
    TestMediaServer other = drained == one ? two : one;
    // when
    await(mesh.bus().ask(Media.DRAIN_SERVER, new Media.DrainServer(drained.url(), true)));
    eventually(
        "all know", () -> assertThat(servers()).filteredOn(Media.Server::draining).hasSize(1));
    pauseForTheLeastOfALease();
    publish(presenters);
    publish(presenters);
    // then
    assertThat(drained.engine.peers).hasSize(1);
    assertThat(other.engine.peers).hasSize(2);
    view(clients.signIn("bob"), live.liveId());
    assertThat(drained.engine.peers).hasSize(2);
    // when
    await(mesh.bus().ask(Media.DRAIN_SERVER, new Media.DrainServer(drained.url(), false)));
    presenters.forEach(clients::end);
    eventually("all know", () -> assertThat(servers()).noneMatch(Media.Server::draining));
    assertThat(refusal(Media.DRAIN_SERVER, new Media.DrainServer("ws://nowhere", true)))
        .isEqualTo(Failure.NOT_FOUND);
  }

  @Test
  void aLiveWhoseServerDiesGoesOnOnTheOther() {
    // given
    List<Caller> presenters = new ArrayList<>();
    Published live = publish(presenters);
    Caller viewer = clients.signIn("bob");
    Answer viewing = view(viewer, live.liveId());
    TestMediaServer dead = one.engine.peers.isEmpty() ? two : one;
    TestMediaServer other = dead == one ? two : one;
    // when
    dead.kill();
    clients.awaitTold(viewer, "media.state", p -> p.getString("state").equals("lost"));
    restart(presenters.get(0), live.mediaId());
    restart(viewer, viewing.mediaId());
    // then
    assertThat(other.engine.peers).hasSize(2);
    assertThat(other.engine.newest().videoSource()).isNotNull();
    assertThat(await(mesh.bus().ask(Audience.MEMBERS, new Audience.Query(live.liveId()))).viewers())
        .isEqualTo(1);
    presenters.forEach(clients::end);
    clients.awaitBroadcast(
        "live.ended",
        p ->
            live.liveId().equals(p.getString("liveId"))
                && p.getString("reason").equals("presenter_gone"));
    dead.start();
    eventually("both are up", () -> assertThat(servers()).allMatch(Media.Server::up));
  }

  @Test
  void aServerThatDrainsStillDoesWhenRedisComesBackEmpty() {
    // given
    await(mesh.bus().ask(Media.DRAIN_SERVER, new Media.DrainServer(one.url(), true)));
    eventually(
        "all know", () -> assertThat(servers()).filteredOn(Media.Server::draining).hasSize(1));
    pauseForTheLeastOfALease();
    // when
    await(mesh.redis().run(Command.FLUSHALL));
    // then
    eventually(
        "Redis knows again",
        () -> assertThat(await(mesh.redis().run(Command.SMEMBERS, "media:draining"))).hasSize(1));
    pauseForTheLeastOfALease();
    assertThat(servers()).filteredOn(Media.Server::draining).hasSize(1);
    await(mesh.bus().ask(Media.DRAIN_SERVER, new Media.DrainServer(one.url(), false)));
    pauseForTheLeastOfALease();
    eventually("all know", () -> assertThat(servers()).noneMatch(Media.Server::draining));
  }

  @Test
  void aRedisThatComesBackEmptyIsToldEverythingAgain() {
    // given
    List<Caller> presenters = new ArrayList<>();
    Published live = publish(presenters);
    Caller presenter = presenters.get(0);
    Caller viewer = clients.signIn("bob");
    Answer viewing = view(viewer, live.liveId());
    await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(viewer, "c", OFFER)));
    clients.awaitTold(presenter, "live.viewerJoined", p -> true);
    // when
    await(mesh.redis().run(Command.FLUSHALL));
    // then
    eventually(
        "live, call and audience are back",
        () -> {
          assertThat(await(mesh.bus().ask(Media.LIVES, new Media.LivesQuery(null))).items())
              .singleElement()
              .extracting(Media.Live::viewers)
              .isEqualTo(1);
          assertThat(await(mesh.redis().hash("media:owners")))
              .containsOnlyKeys("live:" + live.liveId(), "call:c");
          assertThat(list(viewer))
              .extracting(Media.Session::kind)
              .containsOnlyOnce("viewer", "call");
        });
    restart(viewer, viewing.mediaId());
    assertThat(refusal(Media.PUBLISH, new Media.Publish(presenter, OFFER, "Again", false)))
        .isEqualTo(Failure.ALREADY_PUBLISHING);
    assertThat(clients.of(presenter, "live.viewerJoined")).hasSize(1);
    clients.renew(presenter);
    clients.renew(viewer);
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("c")));
    presenters.forEach(clients::end);
    eventually("forgotten", () -> assertThat(await(mesh.redis().hash("media:owners"))).isEmpty());
  }

  private Published publish(List<Caller> presenters) {
    Caller presenter = clients.signIn("presenter" + presenters.size());
    presenters.add(presenter);
    return await(
        mesh.bus().ask(Media.PUBLISH, new Media.Publish(presenter, OFFER, "Evening", false)));
  }

  private Answer view(Caller caller, String liveId) {
    return await(mesh.bus().ask(Media.VIEW, new Media.View(caller, liveId, OFFER)));
  }

  private Answer restart(Caller caller, String mediaId) {
    return await(mesh.bus().ask(Media.RESTART, new Media.Restart(caller, mediaId, OFFER)));
  }

  private List<Media.Session> list(Caller caller) {
    return await(mesh.bus().ask(Media.LIST, new Media.Mine(caller))).items();
  }

  private List<Media.Server> servers() {
    return await(mesh.bus().ask(Media.SERVERS, new Media.ServersQuery())).items();
  }

  /** As both instances see it, one after the other. */
  private int load() {
    int first = servers().stream().mapToInt(Media.Server::sessions).sum();
    int second = servers().stream().mapToInt(Media.Server::sessions).sum();
    assertThat(first).isEqualTo(second);
    return first;
  }

  /** What one instance knows the other learns when it renews its lease, three times in it. */
  private static void pauseForTheLeastOfALease() {
    try {
      Thread.sleep(1_500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private <Q, R> Failure refusal(Endpoint<Q, R> endpoint, Q question) {
    return catchThrowableOfType(
            FailureException.class, () -> await(mesh.bus().ask(endpoint, question)))
        .failure();
  }
}
