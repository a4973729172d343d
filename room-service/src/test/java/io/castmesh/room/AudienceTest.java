package io.castmesh.room;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Audience.Member;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.SessionRef;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class AudienceTest {
  private Mesh mesh;
  private Ears ears;
  private Caller presenter;
  private String live;

  @BeforeAll
  static void deploy(TestMesh test) {
    test.deploy(new RoomVerticle(test.mesh(), RoomConfig.read(test.settings(Map.of()))));
  }

  @BeforeEach
  void aLiveIsOpen(Mesh mesh) {
    this.mesh = mesh;
    ears = new Ears(mesh);
    presenter = ears.caller("presenter");
    live = UUID.randomUUID().toString();
    await(mesh.bus().ask(Audience.OPEN, new Audience.Open(live, presenter)));
  }

  @Test
  void thePresenterIsToldWhoCameAndWhoWentAndViewersHowManyTheyAre() {
    // given
    Caller ann = ears.caller("ann");
    Caller bob = ears.caller("bob");

    // when
    assertThat(join(ann)).isEqualTo(1);
    assertThat(join(bob)).isEqualTo(2);

    // then
    eventually(
        "both are announced",
        () ->
            assertThat(ears.heard(presenter, "live.viewerJoined"))
                .extracting(h -> h.params().getJsonObject("user").getString("nickname"))
                .containsExactly("ann", "bob"));
    JsonObject second = ears.heard(presenter, "live.viewerJoined").get(1).params();
    assertThat(second.getString("liveId")).isEqualTo(live);
    assertThat(second.getInteger("viewers")).isEqualTo(2);
    assertThat(Instant.parse(second.getString("time")))
        .isBetween(Instant.now().minusSeconds(10), Instant.now().plusSeconds(1));
    eventually("ann sees two", () -> assertThat(lastCount(ann)).isEqualTo(2));
    eventually("bob sees two", () -> assertThat(lastCount(bob)).isEqualTo(2));

    // when
    assertThat(leave(ann)).isEqualTo(1);

    // then
    eventually(
        "ann's going is announced",
        () ->
            assertThat(ears.heard(presenter, "live.viewerLeft"))
                .singleElement()
                .satisfies(h -> assertThat(h.params().getInteger("viewers")).isEqualTo(1)));
    eventually("bob sees one", () -> assertThat(lastCount(bob)).isEqualTo(1));
  }

  @Test
  void joiningTwiceWithOneSessionCountsOnceAndLeavingTwiceChangesNothing() {
    // given
    Caller ann = ears.caller("ann");
    Caller bob = ears.caller("bob");
    join(bob);

    // when, then
    assertThat(join(ann)).isEqualTo(2);
    assertThat(join(ann)).isEqualTo(2);
    assertThat(leave(ann)).isEqualTo(1);
    assertThat(leave(ann)).isEqualTo(1);
    eventually(
        "one departure", () -> assertThat(ears.heard(presenter, "live.viewerLeft")).hasSize(1));
    assertThat(ears.heard(presenter, "live.viewerJoined")).hasSize(2);
  }

  @Test
  void aSessionThatEndsLeavesEveryLiveItWatched() {
    // given
    Caller ann = ears.caller("ann");
    String other = UUID.randomUUID().toString();
    await(mesh.bus().ask(Audience.OPEN, new Audience.Open(other, presenter)));
    join(ann);
    await(mesh.bus().ask(Audience.JOIN, new Audience.Join(other, ann)));

    // when
    mesh.bus()
        .emit(
            Clients.SESSION_ENDED, new Clients.SessionEnded(ann.session(), ann.user(), "expired"));

    // then
    eventually("nobody watches", () -> assertThat(sizes(live, other)).containsExactly(0, 0));
    eventually(
        "the presenter is told for both",
        () -> assertThat(ears.heard(presenter, "live.viewerLeft")).hasSize(2));
    assertThat(
            await(mesh.redis().run(Command.EXISTS, "audience:session:" + ann.sessionId()))
                .toInteger())
        .isZero();
  }

  @Test
  void aCrowdIsAnnouncedByNameUpToARateAndThenOnlyCountedWithTheLastCountRight() throws Exception {
    // given
    Caller first = ears.caller("first");
    join(first);
    Thread.sleep(2100);

    // when 120 people come within a second
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      all.add(mesh.bus().ask(Audience.JOIN, new Audience.Join(live, ears.caller("v" + i))));
    }
    await(Future.all(all));

    // then
    eventually("the last count", () -> assertThat(lastCount(first)).isEqualTo(121));
    eventually("the presenter's last count", () -> assertThat(lastCount(presenter)).isEqualTo(121));
    assertThat(ears.heard(presenter, "live.viewerJoined").size()).isBetween(21, 81);
    assertThat(ears.heard(first, "live.viewers").size()).isLessThan(8);
  }

  @Test
  void theEndIsToldToEverybodyOnceAndTheAudienceIsForgotten() {
    // given
    Caller ann = ears.caller("ann");
    join(ann);

    // when it is closed by two at once, and again
    Audience.Close close = new Audience.Close(live, "stopped", false);
    await(
        Future.all(
            mesh.bus().ask(Audience.CLOSE, close),
            mesh.bus().ask(Audience.CLOSE, new Audience.Close(live, "failed", false))));
    await(mesh.bus().ask(Audience.CLOSE, close));

    // then
    eventually("one end", () -> assertThat(ears.broadcasts("live.ended", live)).hasSize(1));
    assertThat(ears.broadcasts("live.ended", live).get(0).params())
        .containsPattern("stopped|failed");

    // when whoever closed it has had no answer
    await(mesh.bus().ask(Audience.CLOSE, new Audience.Close(live, "stopped", true)));

    // then
    eventually("told again", () -> assertThat(ears.broadcasts("live.ended", live)).hasSize(2));
    assertThat(sizes(live)).containsExactly(-1);
    assertThat(await(mesh.redis().run(Command.KEYS, "*" + ann.sessionId() + "*")).size()).isZero();
  }

  @Test
  void aLiveThatIsOverOrWasNeverOpenedTakesNoViewersAndCannotBeOpenedAgain() {
    // given
    await(mesh.bus().ask(Audience.CLOSE, new Audience.Close(live, "stopped", false)));

    // when, then
    assertThatThrownBy(() -> join(ears.caller("late")))
        .isInstanceOfSatisfying(
            FailureException.class, e -> assertThat(e.failure()).isEqualTo(Failure.LIVE_NOT_FOUND));
    assertThatThrownBy(
            () -> await(mesh.bus().ask(Audience.OPEN, new Audience.Open(live, presenter))))
        .isInstanceOf(FailureException.class);
  }

  @Test
  void openingAgainKeepsTheAudienceAndAfterRedisLostItTheOwnersRestoreIt() {
    // given
    Caller ann = ears.caller("ann");
    join(ann);

    // when
    await(mesh.bus().ask(Audience.OPEN, new Audience.Open(live, presenter)));

    // then
    assertThat(sizes(live)).containsExactly(1);

    // when
    await(mesh.redis().run(Command.FLUSHALL));
    await(mesh.bus().ask(Audience.OPEN, new Audience.Open(live, presenter)));

    // then
    assertThat(join(ann)).isEqualTo(1);
  }

  @Test
  void theMembersAreThoseWhoCameLastFirst() throws Exception {
    // given
    join(ears.caller("early"));
    Thread.sleep(5);
    join(ears.caller("late"));

    // when
    Audience.Members members = await(mesh.bus().ask(Audience.MEMBERS, new Audience.Query(live)));

    // then
    assertThat(members.viewers()).isEqualTo(2);
    assertThat(members.items())
        .extracting(Member::user)
        .extracting(io.castmesh.contract.User::nickname)
        .containsExactly("late", "early");
  }

  @Test
  void aViewerWhoseGatewayDiedWithoutAWordIsTakenOutByTheSweep(TestMesh test) throws Exception {
    // given a session without a lease that joined over a minute ago, and one that is online
    Caller lost = new Caller(new SessionRef("lost", "dead-node"), Ears.user("lost"), "127.0.0.1");
    Caller ann = ears.caller("ann");
    join(lost);
    join(ann);
    long longAgo = System.currentTimeMillis() - 120_000;
    for (Caller caller : List.of(lost, ann)) {
      await(
          mesh.redis()
              .run(Command.ZADD, "audience:" + live + ":order", longAgo, caller.sessionId()));
    }
    await(mesh.redis().run(Command.SET, "presence:session:" + ann.sessionId(), ears.node));

    // when an instance with short leases sweeps
    test.deploy(
        new RoomVerticle(
            mesh, RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "1")))));

    // then
    eventually("one viewer is left", () -> assertThat(sizes(live)).containsExactly(1));
    eventually(
        "the presenter is told",
        () ->
            assertThat(ears.heard(presenter, "live.viewerLeft"))
                .singleElement()
                .satisfies(
                    h ->
                        assertThat(h.params().getJsonObject("user").getString("nickname"))
                            .isEqualTo("lost")));
  }

  @Test
  void howManyTheyAreIsToldByAnotherWhenWhoWroteItDied(TestMesh test) {
    // given a viewer of whom an instance has written and could not tell any more
    Caller ann = ears.caller("ann");
    Caller bob = ears.caller("bob");
    join(ann);
    eventually("ann is alone", () -> assertThat(lastCount(ann)).isEqualTo(1));
    String key = "audience:" + live + ":";
    for (Caller caller : List.of(ann, bob)) {
      await(mesh.redis().run(Command.SET, "presence:session:" + caller.sessionId(), ears.node));
    }
    String json = JsonObject.mapFrom(bob.user()).encode();
    await(mesh.redis().run(Command.HSET, key + "viewers", bob.sessionId(), json));
    await(mesh.redis().run(Command.HSET, key + "nodes", bob.sessionId(), ears.node));
    long now = System.currentTimeMillis();
    await(mesh.redis().run(Command.ZADD, key + "order", now, bob.sessionId()));

    // when another one sweeps
    test.deploy(
        new RoomVerticle(
            mesh, RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "1")))));

    // then
    for (Caller caller : List.of(ann, bob)) {
      eventually(
          "two are there",
          Duration.ofSeconds(20),
          () -> assertThat(lastCount(caller)).isEqualTo(2));
    }
  }

  private int join(Caller viewer) {
    return await(mesh.bus().ask(Audience.JOIN, new Audience.Join(live, viewer))).viewers();
  }

  private int leave(Caller viewer) {
    return await(mesh.bus().ask(Audience.LEAVE, new Audience.Leave(live, viewer.sessionId())))
        .viewers();
  }

  private List<Integer> sizes(String... lives) {
    return await(mesh.bus().ask(Audience.SIZES, new Audience.SizesQuery(List.of(lives)))).viewers();
  }

  private int lastCount(Caller caller) {
    List<Ears.Heard> counts = ears.heard(caller, "live.viewers");
    return counts.isEmpty() ? -1 : counts.get(counts.size() - 1).params().getInteger("viewers");
  }
}
