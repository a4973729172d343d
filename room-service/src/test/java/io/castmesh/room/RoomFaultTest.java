package io.castmesh.room;

import static io.castmesh.room.RoomStory.refused;
import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Rooms;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What breaks around rooms: two instances with leases of four seconds. */
@ExtendWith(TestMesh.class)
class RoomFaultTest {
  private static final int LEASE_SECONDS = 4;

  private RoomStory story;

  @BeforeAll
  static void deploy(TestMesh test) {
    RoomConfig config = config(test);
    test.deploy(new RoomVerticle(test.mesh(), config));
    test.deploy(new RoomVerticle(test.mesh(), config));
  }

  private static RoomConfig config(TestMesh test) {
    return RoomConfig.read(
        test.settings(
            Map.of(
                "CASTMESH_ROOM_PRESENCE_LEASE",
                "" + LEASE_SECONDS,
                "CASTMESH_ROOM_SWEEP_INTERVAL",
                "1")));
  }

  @BeforeEach
  void people(Mesh mesh) {
    story = new RoomStory(mesh);
  }

  @Test
  void aMemberWhoseGatewayDiedWithoutAWordLeavesAndTheHostMovesOn() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    Rooms.Joined joined = story.join(bob, room);

    // when
    story.vanishes(ann);

    // then
    eventually(
        "bob is told, once",
        Duration.ofSeconds(LEASE_SECONDS + 60),
        () -> {
          story.assertLeases();
          assertThat(story.methods(bob, room)).containsExactly("room.peerLeft", "room.hostChanged");
        });
    assertThat(story.last(bob, room).getString("host")).isEqualTo(joined.self());
  }

  @Test
  void aRoomThatRedisHasLostComesBackWithItsPeersLockAndPasswordAndNobodyIsToldAnything(Mesh mesh)
      throws Exception {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    Rooms.Joined host = story.join(ann, null, "secret", null);
    String room = host.roomId();
    Rooms.Joined peer = story.join(bob, room, "secret", null);
    story.lock(ann, room, true);
    long before = story.data(bob, room, "1");

    // when
    await(mesh.redis().run(Command.FLUSHALL));
    story.assertLeases();

    // then
    eventually(
        "both are in it",
        Duration.ofSeconds(60),
        () -> {
          assertThat(story.rooms(ann)).singleElement().matches(m -> m.peers() == 2 && m.locked());
          assertThat(story.rooms(bob))
              .singleElement()
              .matches(m -> m.self().equals(peer.self()) && m.host().equals(host.self()));
        });
    assertThat(story.data(ann, room, "2")).isGreaterThan(before);
    refused(Failure.ROOM_PASSWORD, () -> story.join(story.person("eve"), room));

    // when everybody goes on for longer than a lease
    for (int i = 0; i < LEASE_SECONDS + 3; i++) {
      Thread.sleep(1000);
      story.assertLeases();
    }

    // then
    story.hears(bob, room, "room.locked", "room.data");
    story.hears(ann, room, "room.peerJoined", "room.locked", "room.data");
  }

  @Test
  void whatAMemberWroteJustAfterRedisLostEverythingIsNotLost(Mesh mesh) {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    Rooms.Joined joined = story.join(ann);
    String room = joined.roomId();
    story.join(bob, room);
    for (int i = 0; i < 4; i++) {
      // Both instances have written it.
      story.data(bob, room, "0");
    }

    // when
    await(mesh.redis().run(Command.FLUSHALL));
    story.assertLeases();
    List<Long> sent = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      sent.add(story.data(ann, room, "" + i));
    }

    // then
    assertThat(sent).isSorted().doesNotHaveDuplicates();
    eventually(
        "bob has heard every one, once",
        () ->
            assertThat(
                    story.events(bob, room).stream()
                        .filter(h -> h.method().equals("room.data"))
                        .map(h -> h.params().getLong("roomSeq")))
                .containsExactlyElementsOf(sent));
    Rooms.Joined again = story.join(bob, room, null, sent.get(9));
    assertThat(again.missed())
        .extracting(m -> new JsonObject(m.params()).getInteger("payload"))
        .containsExactly(11, 12, 13, 14, 15, 16, 17, 18, 19, 20);
  }

  @Test
  void aRoomThatAnotherInstanceIsAboutToPutBackIsNotSaidToBeMissing(Mesh mesh) {
    // given a number that no instance here has a copy of
    Caller ann = story.person("ann");

    // when
    await(mesh.redis().run(Command.FLUSHALL));
    story.assertLeases();

    // then it may be tried again, and is answered soon
    refused(Failure.UNAVAILABLE, () -> story.data(ann, "55555555", "1"));
    refused(Failure.UNAVAILABLE, () -> story.join(ann, "55555555", null, 7L));
    eventually(
        "the answer", () -> refused(Failure.NOT_IN_ROOM, () -> story.data(ann, "55555555", "1")));
    assertThat(story.join(ann, "55555555").peers()).isEmpty();
  }

  @Test
  void whatAnInstanceWroteAndCouldNotTellAnyMoreIsToldByAnother(Mesh mesh) {
    // given an event that is in the log, of which nobody has noted that it was told
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    story.join(bob, room);
    long seq = story.data(ann, room, "\"before\"");
    eventually("it is told", () -> assertThat(story.events(bob, room)).hasSize(1));
    eventually(
        "that is noted",
        () ->
            assertThat(await(mesh.redis().run(Command.HGET, "room:" + room, "told")).toLong())
                .isEqualTo(seq));
    story.ears.heard.clear();

    // when
    await(mesh.redis().run(Command.HSET, "room:" + room, "told", seq - 1));

    // then by any of them, and by two that look at the same moment: its number says so
    eventually("told by another", () -> assertThat(story.events(bob, room)).isNotEmpty());
    assertThat(story.events(bob, room))
        .allSatisfy(
            event -> {
              assertThat(event.params().getLong("roomSeq")).isEqualTo(seq);
              assertThat(event.params().getString("payload")).isEqualTo("before");
            });
  }

  @Test
  void whatOneInstanceCouldNotTellIsNotPassedOverByTheOthers(Mesh mesh) {
    // given events of which the first was not told: its instance has died
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    story.join(bob, room);
    long lost = await(story.sending(ann, room, "\"lost\"", "once")).roomSeq();
    eventually(
        "that is noted",
        () ->
            assertThat(await(mesh.redis().run(Command.HGET, "room:" + room, "told")).toLong())
                .isEqualTo(lost));
    story.ears.heard.clear();
    await(mesh.redis().run(Command.HSET, "room:" + room, "told", lost - 1));

    // when others go on
    for (int i = 0; i < 30; i++) {
      story.data(bob, room, "" + i);
    }

    // then
    eventually(
        "it is told after all",
        () ->
            assertThat(story.events(bob, room))
                .anyMatch(event -> event.params().getLong("roomSeq") == lost));
    eventually(
        "everything is noted",
        () ->
            assertThat(await(mesh.redis().run(Command.HGET, "room:" + room, "told")).toLong())
                .isEqualTo(lost + 30));

    // and when it is asked for again, since nobody has answered, it is told again
    story.ears.heard.clear();
    await(mesh.redis().run(Command.HSET, "room:" + room, "told", lost - 1));
    assertThat(await(story.sending(ann, room, "\"lost\"", "once")).roomSeq()).isEqualTo(lost);
    eventually(
        "it is told again",
        () ->
            assertThat(story.events(bob, room))
                .anyMatch(event -> event.params().getLong("roomSeq") == lost));
  }

  @Test
  void roomsGoOnWhenAnInstanceStopsAndNobodyIsToldAnything(TestMesh test, Mesh mesh)
      throws Exception {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String instance = await(mesh.vertx().deployVerticle(new RoomVerticle(mesh, config(test))));
    String room = story.join(ann).roomId();
    story.join(bob, room);
    for (int i = 0; i < 6; i++) {
      story.data(ann, room, "" + i);
    }

    // when
    await(mesh.vertx().undeploy(instance));
    for (int i = 0; i < 3; i++) {
      Thread.sleep(1000);
      story.assertLeases();
    }

    // then
    assertThat(story.rooms(bob)).singleElement().matches(m -> m.peers() == 2);
    story.data(ann, room, "6");
    eventually("seven events", () -> assertThat(story.methods(bob, room)).hasSize(7));
    assertThat(story.methods(bob, room)).containsOnly("room.data");
  }
}
