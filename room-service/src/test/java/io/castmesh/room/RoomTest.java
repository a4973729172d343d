package io.castmesh.room;

import static io.castmesh.room.RoomStory.refused;
import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Rooms;
import io.castmesh.contract.SessionRef;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything here happens with two instances of room-service at once. */
@ExtendWith(TestMesh.class)
class RoomTest {
  private RoomStory story;

  @BeforeAll
  static void deploy(TestMesh test) {
    RoomConfig config =
        RoomConfig.read(
            test.settings(Map.of("CASTMESH_ROOM_MESH_SIZE", "3", "CASTMESH_ROOM_EMPTY_FOR", "2")));
    test.deploy(new RoomVerticle(test.mesh(), config));
    test.deploy(new RoomVerticle(test.mesh(), config));
  }

  @BeforeEach
  void people(Mesh mesh) {
    story = new RoomStory(mesh);
  }

  @Test
  void peersAreToldOfEachOtherAndConnectAndLeave() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");

    // when
    Rooms.Joined first = story.join(ann);
    String room = first.roomId();
    Rooms.Joined second = story.join(bob, room);

    // then
    assertThat(room).matches("[1-9][0-9]{5}");
    assertThat(first.peers()).isEmpty();
    assertThat(first.host()).isEqualTo(first.self());
    assertThat(second.host()).isEqualTo(first.self());
    assertThat(second.self()).isNotEqualTo(first.self()).doesNotContain(bob.sessionId());
    assertThat(second.peers())
        .singleElement()
        .satisfies(
            peer -> {
              assertThat(peer.id()).isEqualTo(first.self());
              assertThat(peer.nickname()).isEqualTo("ann");
              assertThat(peer.userId()).isEqualTo(ann.userId());
            });
    story.hears(ann, room, "room.peerJoined");
    assertThat(story.last(ann, room).getJsonObject("peer").getString("nickname")).isEqualTo("bob");
    assertThat(story.last(ann, room).getLong("roomSeq")).isEqualTo(second.seq());

    // when
    story.signal(bob, room, first.self(), "offer", "{\"type\":\"offer\",\"sdp\":\"v=0\"}");
    story.signal(ann, room, second.self(), "answer", "{\"type\":\"answer\",\"sdp\":\"v=0\"}");

    // then
    story.hears(bob, room, "room.signal");
    JsonObject answer = story.last(bob, room);
    assertThat(answer.getString("from")).isEqualTo(first.self());
    assertThat(answer.getString("kind")).isEqualTo("answer");
    assertThat(answer.getJsonObject("payload").getString("type")).isEqualTo("answer");

    // when
    story.leave(bob, room);
    story.leave(bob, room);

    // then
    story.hears(ann, room, "room.peerJoined", "room.signal", "room.peerLeft");
    assertThat(story.last(ann, room).getString("peer")).isEqualTo(second.self());
    assertThat(story.last(ann, room).getString("reason")).isEqualTo("left");
    assertThat(story.rooms(bob)).isEmpty();
    assertThat(story.rooms(ann)).singleElement().matches(m -> m.peers() == 1);
  }

  @Test
  void whoeverIsNotInTheRoomCanNeitherSendIntoItNorLearnThatItIsThere() {
    // given
    Caller ann = story.person("ann");
    Caller eve = story.person("eve");
    Rooms.Joined joined = story.join(ann);
    String room = joined.roomId();

    // when, then
    refused(Failure.NOT_IN_ROOM, () -> story.signal(eve, room, joined.self(), "offer", "{}"));
    refused(Failure.NOT_IN_ROOM, () -> story.data(eve, room, "1"));
    refused(Failure.NOT_IN_ROOM, () -> story.data(eve, "999999999", "1"));
    refused(Failure.NOT_IN_ROOM, () -> story.lock(eve, room, true));
    refused(Failure.NOT_IN_ROOM, () -> story.kick(eve, room, joined.self()));
    refused(Failure.PEER_NOT_FOUND, () -> story.signal(ann, room, "nobody", "offer", "{}"));
    refused(Failure.INVALID_PARAMS, () -> story.join(ann, "my room"));
    assertThat(story.events(ann, room)).isEmpty();
  }

  @Test
  void aRoomTakesNoMorePeersThanItIsMadeForAlsoWhenTheyComeAtOnce() {
    // given
    String room = story.join(story.person("first")).roomId();
    List<Future<Rooms.Joined>> all = new ArrayList<>();

    // when
    for (int i = 0; i < 6; i++) {
      all.add(story.joining(story.person("p" + i), room, null, null));
    }
    await(Future.join(all).otherwiseEmpty());

    // then
    assertThat(all).filteredOn(Future::succeeded).hasSize(2);
    assertThat(all)
        .filteredOn(Future::failed)
        .allSatisfy(f -> refused(Failure.ROOM_FULL, () -> await(f)));
  }

  @Test
  void ofManyWhoStartOneRoomAtOnceOneIsTheHostAndAllAreInIt() {
    // given
    String room = "7654321";
    List<Future<Rooms.Joined>> all = new ArrayList<>();

    // when
    for (int i = 0; i < 3; i++) {
      all.add(story.joining(story.person("p" + i), room, null, null));
    }
    await(Future.all(all));

    // then
    HashSet<String> hosts = new HashSet<>();
    all.forEach(joined -> hosts.add(joined.result().host()));
    assertThat(hosts).hasSize(1);
    assertThat(all.stream().map(f -> f.result().peers().size())).contains(0, 1, 2);
  }

  @Test
  void theHostLocksSendsAwayAndPassesTheRoomOn() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    Rooms.Joined host = story.join(ann);
    String room = host.roomId();
    Rooms.Joined peer = story.join(bob, room);

    // when, then: only the host may
    refused(Failure.FORBIDDEN, () -> story.lock(bob, room, true));
    refused(Failure.FORBIDDEN, () -> story.kick(bob, room, host.self()));
    refused(Failure.FORBIDDEN, () -> story.host(bob, room, peer.self()));
    refused(Failure.INVALID_PARAMS, () -> story.kick(ann, room, host.self()));

    // when, then: locked
    story.lock(ann, room, true);
    story.lock(ann, room, true);
    story.hears(bob, room, "room.locked");
    refused(Failure.ROOM_LOCKED, () -> story.join(story.person("late"), room));
    assertThat(story.join(bob, room).self()).isEqualTo(peer.self());
    story.lock(ann, room, false);

    // when, then: sent away
    story.kick(ann, room, peer.self());
    story.hears(bob, room, "room.locked", "room.locked", "room.closed");
    assertThat(story.last(bob, room).getString("reason")).isEqualTo("kicked");
    refused(Failure.FORBIDDEN, () -> story.join(bob, room));
    refused(Failure.NOT_IN_ROOM, () -> story.data(bob, room, "1"));

    // when, then: passed on
    Caller eve = story.person("eve");
    Rooms.Joined next = story.join(eve, room);
    story.host(ann, room, next.self());
    eventually(
        "eve is the host",
        () -> assertThat(story.methods(eve, room)).containsExactly("room.hostChanged"));
    refused(Failure.FORBIDDEN, () -> story.lock(ann, room, true));
    story.lock(eve, room, true);
  }

  @Test
  void theHostMovesOnToWhoIsThereForLongestAndBackToWhoseRoomItIs() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    Caller eve = story.person("eve");
    String room = story.join(ann).roomId();
    Rooms.Joined second = story.join(bob, room);
    story.join(eve, room);

    // when
    story.leave(ann, room);

    // then
    story.hears(eve, room, "room.peerLeft", "room.hostChanged");
    assertThat(story.last(eve, room).getString("host")).isEqualTo(second.self());

    // when
    Rooms.Joined back = story.join(ann, room);

    // then
    assertThat(back.host()).isEqualTo(back.self());
    story.hears(
        eve, room, "room.peerLeft", "room.hostChanged", "room.peerJoined", "room.hostChanged");
  }

  @Test
  void aRoomWithAPasswordOpensOnlyToThoseWhoKnowItAndItIsNotKeptAsItIs(Mesh mesh) {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann, null, "s3cret-of-ann", null).roomId();

    // when, then
    refused(Failure.ROOM_PASSWORD, () -> story.join(bob, room));
    refused(Failure.ROOM_PASSWORD, () -> story.join(bob, room, "secret", null));
    assertThat(story.join(bob, room, "s3cret-of-ann", null).peers()).hasSize(1);
    assertThat(story.join(ann, room).peers()).hasSize(1);
    assertThat(RedisStore.texts(await(mesh.redis().run(Command.HVALS, "room:" + room))))
        .noneMatch(value -> value.contains("s3cret"));

    // when, then: who guesses is slowed down
    Caller eve = story.person("eve");
    for (int i = 0; i < 10; i++) {
      String guess = "guess" + i;
      refused(Failure.ROOM_PASSWORD, () -> story.join(eve, room, guess, null));
    }
    refused(Failure.TOO_MANY_REQUESTS, () -> story.join(eve, room, "guess", null));
    refused(Failure.TOO_MANY_REQUESTS, () -> story.join(eve, room, "s3cret-of-ann", null));
  }

  @Test
  void aMemberWhoReturnsGetsWhatWasMissedInOrderAndOnce() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    Caller eve = story.person("eve");
    String room = story.join(ann).roomId();
    Rooms.Joined joined = story.join(bob, room);

    // when ann does three things of which one is not for bob
    story.data(ann, room, "\"one\"");
    Rooms.Joined third = story.join(eve, room);
    story.signal(ann, room, third.self(), "offer", "{}");
    story.data(ann, room, "{\"two\":2}");

    // then bob, whose gateway was lost, comes through another one
    Caller elsewhere =
        new Caller(
            new SessionRef(bob.sessionId(), "gateway-of-" + UUID.randomUUID()),
            bob.user(),
            "127.0.0.1");
    Rooms.Joined again = story.join(elsewhere, room, null, joined.seq());
    assertThat(again.self()).isEqualTo(joined.self());
    assertThat(again.complete()).isTrue();
    assertThat(again.missed())
        .extracting(Rooms.Missed::method)
        .containsExactly("room.data", "room.peerJoined", "room.data");
    assertThat(again.missed())
        .extracting(m -> new JsonObject(m.params()).getLong("roomSeq"))
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(new JsonObject(again.missed().get(2).params()).getJsonObject("payload"))
        .isEqualTo(new JsonObject().put("two", 2));
    assertThat(again.peers()).hasSize(2);
    assertThat(story.join(elsewhere, room, null, again.seq()).missed()).isEmpty();
    story.hears(ann, room, "room.peerJoined", "room.peerJoined");
  }

  @Test
  void aLongLossIsReadPageByPage() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    Rooms.Joined joined = story.join(bob, room);

    // when bob misses more than one answer holds
    int sent = 600;
    sendAll(ann, room, sent);

    // then
    List<Long> missed = new ArrayList<>();
    Rooms.Joined page = story.join(bob, room, null, joined.seq());
    assertThat(page.more()).isTrue();
    while (true) {
      assertThat(page.complete()).isTrue();
      missed.addAll(numbers(page));
      if (!page.more()) {
        break;
      }
      assertThat(page.seq()).isEqualTo(missed.get(missed.size() - 1));
      page = story.join(bob, room, null, page.seq());
    }
    assertThat(missed)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(joined.seq() + 1, joined.seq() + sent).boxed().toList());
    assertThat(page.seq()).isEqualTo(joined.seq() + sent);
  }

  @Test
  void whatIsForgottenIsSaidToBeForgotten() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    Rooms.Joined joined = story.join(bob, room);

    // when
    sendAll(ann, room, 1_100);

    // then
    Rooms.Joined again = story.join(bob, room, null, joined.seq());
    assertThat(again.complete()).isFalse();
    assertThat(numbers(again).get(0)).isEqualTo(again.forgotten() + 1);
    assertThat(story.join(bob, room, null, again.forgotten()).complete()).isTrue();
  }

  private void sendAll(Caller who, String room, int count) {
    int atOnce = 100;
    for (int begin = 0; begin < count; begin += atOnce) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < atOnce; i++) {
        all.add(story.sending(who, room, "" + (begin + i), null));
      }
      await(Future.all(all));
    }
  }

  private static List<Long> numbers(Rooms.Joined joined) {
    return joined.missed().stream()
        .map(missed -> new JsonObject(missed.params()).getLong("roomSeq"))
        .toList();
  }

  @Test
  void oneRequestThatIsAskedTwiceIsOneEvent() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    story.join(bob, room);

    // when both instances are asked, at once and later
    List<Future<Rooms.Sent>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(story.sending(ann, room, "1", "c-1"));
    }
    await(Future.all(all));
    all.add(story.sending(ann, room, "1", "c-1"));
    long other = story.data(ann, room, "2");

    // then: one that is asked for again may be told again, with the same number
    assertThat(all.stream().map(f -> await(f).roomSeq()).distinct()).hasSize(1);
    eventually(
        "one event each",
        () ->
            assertThat(
                    story.events(bob, room).stream()
                        .map(h -> h.params().getLong("roomSeq"))
                        .distinct())
                .containsExactlyInAnyOrder(all.get(0).result().roomSeq(), other));
  }

  @Test
  void oneRequestForARoomThatIsAskedTwiceMakesOneRoom(Mesh mesh) {
    // given
    Rooms.Join request =
        new Rooms.Join(story.person("ann"), null, null, null, null, null, "request-1");

    // when
    Rooms.Joined first = await(mesh.bus().ask(Rooms.JOIN, request));
    Rooms.Joined second = await(mesh.bus().ask(Rooms.JOIN, request));

    // then
    assertThat(second.roomId()).isEqualTo(first.roomId());
    assertThat(second.self()).isEqualTo(first.self());
  }

  @Test
  void aSessionThatEndsLeavesItsRoomsAndTheLastOneEndsThem(Mesh mesh) {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    Rooms.Joined joined = story.join(bob, room);

    // when
    story.sessionEnds(ann);

    // then
    story.hears(bob, room, "room.peerLeft", "room.hostChanged");
    assertThat(story.events(bob, room).get(0).params().getString("reason")).isEqualTo("gone");
    assertThat(story.last(bob, room).getString("host")).isEqualTo(joined.self());

    // when
    story.leave(bob, room);

    // then
    eventually(
        "nothing is left of the room",
        () ->
            assertThat(
                    RedisStore.texts(await(mesh.redis().run(Command.KEYS, "room:" + room + "*"))))
                .isEmpty());
    refused(Failure.ROOM_NOT_FOUND, () -> story.join(bob, room, null, joined.seq()));
  }

  @Test
  void aRoomThatWasMadeWaitsForItsOwnerWhoIsTheHost(Mesh mesh) {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    Rooms.Room made =
        await(mesh.bus().ask(Rooms.CREATE, new Rooms.Create(ann, "Monday", "pass", "mesh")));

    // when
    refused(Failure.ROOM_PASSWORD, () -> story.join(bob, made.roomId()));
    Rooms.Joined guest = story.join(bob, made.roomId(), "pass", null);
    Rooms.Joined owner = story.join(ann, made.roomId(), "pass", null);

    // then
    assertThat(made.password()).isTrue();
    assertThat(guest.name()).isEqualTo("Monday");
    assertThat(guest.host()).isEqualTo(guest.self());
    assertThat(owner.host()).isEqualTo(owner.self());
    for (Caller each : List.of(ann, bob)) {
      assertThat(await(mesh.bus().ask(Rooms.OF_USER, new Rooms.OfUser(each))).items())
          .singleElement()
          .satisfies(room -> assertThat(room.peers()).isEqualTo(2));
    }
  }

  @Test
  void whatIsTooLargeIsRefused() {
    // given
    Caller ann = story.person("ann");
    String room = story.join(ann).roomId();

    // when, then
    story.data(ann, room, '"' + "x".repeat(16_000) + '"');
    refused(Failure.MESSAGE_TOO_LARGE, () -> story.data(ann, room, '"' + "x".repeat(17_000) + '"'));
  }
}
