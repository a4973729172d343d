package io.castmesh.room;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Changed;
import io.castmesh.contract.Presence.Person;
import io.castmesh.contract.Presence.Session;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two instances of the service with leases of two seconds. */
@ExtendWith(TestMesh.class)
class PresenceTest {
  private static final int LEASE_SECONDS = 4;
  private static final List<Changed> changes = new CopyOnWriteArrayList<>();

  private Mesh mesh;

  @BeforeAll
  static void deploy(TestMesh test) {
    RoomConfig config =
        RoomConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_ROOM_PRESENCE_LEASE",
                    "" + LEASE_SECONDS,
                    "CASTMESH_ROOM_SWEEP_INTERVAL",
                    "1")));
    test.deploy(new RoomVerticle(test.mesh(), config));
    test.deploy(new RoomVerticle(test.mesh(), config));
    await(test.mesh().bus().listen(Presence.CHANGED, changes::add));
  }

  @BeforeEach
  void remember(Mesh mesh) {
    this.mesh = mesh;
  }

  @Test
  void aPersonIsOnlineWithTheFirstSessionAndOfflineWithTheLast() {
    // given
    User ann = Ears.user("ann");

    // when
    hold("node-a", ann, "phone");
    hold("node-b", ann, "desk");
    hold("node-b", ann, "desk");

    // then
    assertThat(sessions(ann))
        .containsExactlyInAnyOrder(
            new SessionRef(id(ann, "phone"), "node-a"), new SessionRef(id(ann, "desk"), "node-b"));
    eventually("one transition", () -> assertThat(states(ann)).containsExactly("online"));

    // when
    withdraw("node-a", ann, "phone");
    assertThat(sessions(ann)).hasSize(1);
    withdraw("node-b", ann, "desk");

    // then
    assertThat(sessions(ann)).isEmpty();
    eventually("gone", () -> assertThat(states(ann)).containsExactly("online", "offline"));
  }

  @Test
  void whenAGatewayDiesItsPeopleGoOfflineByThemselvesAndItIsToldOnce() throws Exception {
    // given
    User ann = Ears.user("ann");
    User bob = Ears.user("bob");
    hold("node-dead", ann, "phone");
    hold("node-alive", bob, "phone");

    // when only the other gateway goes on asserting, with both instances sweeping
    for (int i = 0; i < LEASE_SECONDS * 4; i++) {
      Thread.sleep(500);
      hold("node-alive", bob, "phone");
    }

    // then
    eventually("ann is gone", () -> assertThat(states(ann)).containsExactly("online", "offline"));
    Thread.sleep(1500);
    assertThat(states(ann)).containsExactly("online", "offline");
    assertThat(alive(id(ann, "phone"))).isEmpty();
  }

  @Test
  void aSessionThatAnotherGatewayHoldsMeanwhileOutlivesTheWithdrawalOfTheFirst() {
    // given
    User ann = Ears.user("ann");
    hold("node-old", ann, "phone");
    assertThat(hold("node-new", ann, "phone", 1)).isEmpty();

    // when
    withdraw("node-old", ann, "phone");

    // then
    assertThat(sessions(ann)).containsExactly(new SessionRef(id(ann, "phone"), "node-new"));
    assertThat(hold("node-new", ann, "phone", 1)).isEmpty();
    assertThat(states(ann)).containsExactly("online");
  }

  @Test
  void theGatewayThatASessionHasLeftLearnsItAndDoesNotTakeItBack() {
    // given
    User ann = Ears.user("ann");
    String phone = id(ann, "phone");
    hold("node-old", ann, "phone");
    hold("node-new", ann, "phone", 1);

    // when, then an assertion that is late, and a gateway that takes it over at the same time
    assertThat(hold("node-old", ann, "phone", 0)).containsExactly(phone);
    assertThat(hold("node-third", ann, "phone", 1)).containsExactly(phone);
    assertThat(holders(phone, "nobody"))
        .containsExactly(new Presence.Holder(phone, "node-new", ann.id(), 1));

    // when it goes back to where it was
    assertThat(hold("node-old", ann, "phone", 2)).isEmpty();

    // then
    assertThat(holders(phone)).containsExactly(new Presence.Holder(phone, "node-old", ann.id(), 2));
    assertThat(hold("node-new", ann, "phone", 1)).containsExactly(phone);
  }

  @Test
  void aSessionThatHasEndedWhereItWentIsNotBroughtBackByWhereItCameFrom() {
    // given
    User ann = Ears.user("ann");
    hold("node-old", ann, "phone");
    hold("node-new", ann, "phone", 1);

    // when
    await(
        mesh.bus()
            .ask(
                Presence.WITHDRAW,
                new Presence.Withdrawal("node-new", id(ann, "phone"), ann.id(), 1)));

    // then
    assertThat(hold("node-old", ann, "phone")).containsExactly(id(ann, "phone"));
    assertThat(sessions(ann)).isEmpty();
  }

  @Test
  void everyChangeHasAHigherVersionThanTheOneBeforeAlsoAfterRedisHasLostEverything() {
    // given
    User ann = Ears.user("ann");
    hold("node-a", ann, "phone");
    withdraw("node-a", ann, "phone");

    // when
    await(mesh.redis().run(Command.FLUSHALL));
    hold("node-a", ann, "desk");
    long asked =
        await(mesh.bus().ask(Presence.LIST, new Presence.ListQuery(List.of(ann.id()), 1)))
            .version();
    withdraw("node-a", ann, "desk");

    // then
    eventually("four changes", () -> assertThat(states(ann)).hasSize(4));
    List<Long> versions =
        changes.stream().filter(c -> c.user().equals(ann)).map(Changed::version).toList();
    assertThat(versions).isSorted().doesNotHaveDuplicates();
    assertThat(asked).isGreaterThan(versions.get(2)).isLessThan(versions.get(3));
  }

  @Test
  void anAssertionThatWasUnderWayDoesNotBringBackASessionThatWasWithdrawn() {
    // given
    User ann = Ears.user("ann");
    hold("node-a", ann, "phone");
    withdraw("node-a", ann, "phone");

    // when
    hold("node-a", ann, "phone");

    // then
    assertThat(sessions(ann)).isEmpty();
  }

  @Test
  void aChangeThatRedisMadeTooLateToAnswerIsToldAllTheSame() {
    // given a Redis that carries out what is written only after everybody has given it up
    User ann = Ears.user("ann");
    await(mesh.redis().run(Command.CLIENT, "PAUSE", 3_200, "WRITE"));

    // when
    Session session = new Session(id(ann, "phone"), ann, 0);
    mesh.bus().ask(Presence.ASSERT, new Presence.Assertion("node-a", List.of(session)));

    // then
    eventually("told", () -> assertThat(states(ann)).startsWith("online"));
  }

  @Test
  void whoTalksIsBusyAndFreeAgainAfterwards() {
    // given
    User ann = Ears.user("ann");
    hold("node-a", ann, "phone");

    // when
    busy(ann, true);
    busy(ann, true);

    // then
    assertThat(list(ann)).containsExactly(person(ann, "busy"));
    assertThat(await(mesh.bus().ask(Presence.FIND, new Presence.Lookup(List.of(ann.id())))).users())
        .singleElement()
        .satisfies(found -> assertThat(found.busy()).isTrue());

    // when
    busy(ann, false);

    // then
    assertThat(list(ann)).containsExactly(person(ann, "online"));
    eventually(
        "each told once",
        () -> assertThat(states(ann)).containsExactly("online", "busy", "online"));
  }

  @Test
  void whoWasSaidToBeBusyAndIsForgottenBecomesFreeByThemselves() {
    // given
    User ann = Ears.user("ann");
    hold("node-a", ann, "phone");
    busy(ann, true);

    // when nobody has said it again in time
    await(mesh.redis().run(Command.ZADD, "presence:busy", 1, ann.id()));

    // then
    eventually(
        "free, told once",
        () -> {
          hold("node-a", ann, "phone");
          assertThat(states(ann)).containsExactly("online", "busy", "online");
        });
    assertThat(list(ann)).containsExactly(person(ann, "online"));
  }

  @Test
  void theListNamesEverybodyOnlineAndTheStatesOfThoseAskedFor() {
    // given
    User ann = Ears.user("ann");
    User bob = Ears.user("bob");
    User eve = Ears.user("eve");
    hold("node-a", ann, "phone");
    hold("node-a", bob, "phone");

    // when
    List<Person> everybody =
        await(mesh.bus().ask(Presence.LIST, new Presence.ListQuery(null, 1000))).users();
    List<Person> one =
        await(mesh.bus().ask(Presence.LIST, new Presence.ListQuery(null, 1))).users();

    // then
    assertThat(everybody)
        .contains(person(ann, "online"), person(bob, "online"))
        .extracting(Person::id)
        .doesNotContain(eve.id());
    assertThat(one).hasSize(1);
    assertThat(list(ann, eve))
        .containsExactly(person(ann, "online"), new Person(eve.id(), "", "", "offline"));
  }

  @Test
  void aCrowdThatComesAtOnceIsToldOncePerPersonWhicheverInstanceHearsOfIt() {
    // given 450 people whose gateway asserts them to both instances at the same time
    String node = "node-" + UUID.randomUUID();
    List<Session> crowd = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      User user = Ears.user("c" + i);
      crowd.add(new Session(id(user, "phone"), user));
    }

    // when
    List<Future<?>> both = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      both.add(mesh.bus().ask(Presence.ASSERT, new Presence.Assertion(node, crowd)));
    }
    await(Future.all(both));

    // then
    List<String> ids = crowd.stream().map(Session::sessionId).toList();
    assertThat(await(mesh.bus().ask(Presence.ALIVE, new Presence.AliveQuery(ids))).sessionIds())
        .containsExactlyInAnyOrderElementsOf(ids);
    eventually(
        "450 transitions",
        () ->
            assertThat(
                    changes.stream()
                        .filter(c -> c.state().equals("online"))
                        .filter(c -> crowd.stream().anyMatch(s -> s.user().equals(c.user()))))
                .hasSize(450));
  }

  @Test
  void nobodyGoesOfflineBecauseRedisWasAwayForLongerThanALease() throws Exception {
    // given
    User ann = Ears.user("ann");
    hold("node-a", ann, "phone");

    // when Redis answers nobody for two leases, and gateways say what they hold when it is back
    await(mesh.redis().run(Command.CLIENT, "PAUSE", LEASE_SECONDS * 2000, "ALL"));
    Thread.sleep(LEASE_SECONDS * 2000L);
    long end = System.nanoTime() + Duration.ofSeconds(LEASE_SECONDS * 3L).toNanos();
    while (System.nanoTime() < end) {
      hold("node-a", ann, "phone");
      Thread.sleep(500);
    }

    // then
    assertThat(states(ann)).containsExactly("online");
    assertThat(list(ann)).containsExactly(person(ann, "online"));
  }

  @Test
  void afterRedisHasLostEverythingTheNextAssertionRestoresIt() {
    // given
    User ann = Ears.user("ann");
    hold("node-a", ann, "phone");

    // when
    await(mesh.redis().run(Command.FLUSHALL));
    assertThat(sessions(ann)).isEmpty();
    hold("node-a", ann, "phone");

    // then
    assertThat(sessions(ann)).hasSize(1);
    assertThat(list(ann)).containsExactly(person(ann, "online"));
  }

  @Test
  void nothingIsLeftInRedisOfThoseWhoHaveGone() {
    // given
    await(mesh.redis().run(Command.FLUSHALL));
    User ann = Ears.user("ann");
    hold("node-a", ann, "phone");

    // when the lease runs out

    // then
    eventually(
        "an empty Redis",
        () ->
            assertThat(RedisStore.texts(await(mesh.redis().run(Command.KEYS, "*"))))
                .isSubsetOf("presence:version", "mesh:epoch", "room:mark"));
  }

  private static String id(User user, String device) {
    return user.id() + "-" + device;
  }

  private static Person person(User user, String state) {
    return new Person(user.id(), user.nickname(), user.avatar(), state);
  }

  private List<String> hold(String node, User user, String device) {
    return hold(node, user, device, 0);
  }

  private List<String> hold(String node, User user, String device, int moves) {
    Session session = new Session(id(user, device), user, moves);
    return await(mesh.bus().ask(Presence.ASSERT, new Presence.Assertion(node, List.of(session))))
        .lost();
  }

  private List<Presence.Holder> holders(String... sessions) {
    return await(mesh.bus().ask(Presence.HOLDERS, new Presence.HoldersQuery(List.of(sessions))))
        .items();
  }

  private void withdraw(String node, User user, String device) {
    await(
        mesh.bus()
            .ask(Presence.WITHDRAW, new Presence.Withdrawal(node, id(user, device), user.id())));
  }

  private void busy(User user, boolean busy) {
    await(mesh.bus().ask(Presence.BUSY, new Presence.Busy(user.id(), busy)));
  }

  private List<SessionRef> sessions(User user) {
    return await(mesh.bus().ask(Presence.FIND, new Presence.Lookup(List.of(user.id()))))
        .users()
        .stream()
        .flatMap(u -> u.sessions().stream())
        .toList();
  }

  private List<String> alive(String session) {
    return await(mesh.bus().ask(Presence.ALIVE, new Presence.AliveQuery(List.of(session))))
        .sessionIds();
  }

  private List<Person> list(User... users) {
    List<String> ids = List.of(users).stream().map(User::id).toList();
    return await(mesh.bus().ask(Presence.LIST, new Presence.ListQuery(ids, 100))).users();
  }

  private static List<String> states(User user) {
    return changes.stream().filter(c -> c.user().equals(user)).map(Changed::state).toList();
  }
}
