package io.castmesh.room;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Rooms;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is sent away from rooms is told, whatever happens to those who tell. */
@ExtendWith(TestMesh.class)
class RoomModerationTest {
  /** Longer than a step in Redis may take. */
  private static final int PAUSE_MILLIS = 3_200;

  private RoomStory story;

  @BeforeAll
  static void deploy(TestMesh test) {
    RoomConfig config = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_SWEEP_INTERVAL", "1")));
    test.deploy(new RoomVerticle(test.mesh(), config));
    test.deploy(new RoomVerticle(test.mesh(), config));
  }

  @BeforeEach
  void people(Mesh mesh) {
    story = new RoomStory(mesh);
  }

  @Test
  void theEndOfARoomHasANumberThatNobodyHasSeen() {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    long seen = story.join(bob, room).seq();

    // when
    close(room);

    // then
    for (Caller one : List.of(ann, bob)) {
      eventually("told", () -> assertThat(story.methods(one, room)).contains("room.closed"));
      assertThat(story.last(one, room).getLong("roomSeq")).isGreaterThan(seen);
      assertThat(story.last(one, room).getString("reason")).isEqualTo("moderated");
      assertThat(story.rooms(one)).isEmpty();
    }
  }

  @Test
  void whoWasSentAwayIsToldByAnotherInstanceWhenTheFirstDiesOverIt(Mesh mesh) {
    // given somebody who was sent away, of which nobody has noted that it was told
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    Rooms.Joined joined = story.join(bob, room);
    story.kick(ann, room, joined.self());
    story.hears(bob, room, "room.closed");
    long seq = story.last(bob, room).getLong("roomSeq");
    told(mesh, room, seq);
    story.ears.heard.clear();

    // when
    await(mesh.redis().run(Command.HSET, "room:" + room, "told", joined.seq()));

    // then
    eventually("told by another", () -> assertThat(story.events(bob, room)).isNotEmpty());
    assertThat(story.events(bob, room))
        .allSatisfy(
            event -> {
              assertThat(event.method()).isEqualTo("room.closed");
              assertThat(event.params().getLong("roomSeq")).isEqualTo(seq);
              assertThat(event.params().getString("reason")).isEqualTo("kicked");
            });
  }

  @Test
  void theEndOfARoomThatRedisDidNotAnswerIsTold(Mesh mesh) {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    story.join(bob, room);

    // when
    await(mesh.redis().run(Command.CLIENT, "PAUSE", PAUSE_MILLIS, "WRITE"));
    await(mesh.bus().ask(Rooms.CLOSE, new Rooms.Close(room)).otherwiseEmpty());

    // then
    for (Caller one : List.of(ann, bob)) {
      eventually(
          "told",
          Duration.ofSeconds(15),
          () -> assertThat(story.methods(one, room)).contains("room.closed"));
    }
  }

  @Test
  void whoHasBeenInARoomForLongIsStillTakenOutOfIt(Mesh mesh) {
    // given members of a room that something happens in all the time, whose own entries run out
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(ann).roomId();
    story.join(bob, room);
    for (String entry : List.of("room:session:" + ann.sessionId(), "room:user:" + ann.userId())) {
      await(mesh.redis().run(Command.PEXPIRE, entry, 1_500));
    }
    long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
    while (System.nanoTime() < end) {
      story.data(bob, room, "1");
    }

    // when
    assertThat(story.rooms(ann)).hasSize(1);
    await(mesh.bus().ask(Rooms.REMOVE, new Rooms.Remove(ann.userId())));

    // then
    story.hears(bob, room, "room.peerLeft", "room.hostChanged");
    eventually("told", () -> assertThat(story.methods(ann, room)).endsWith("room.closed"));
  }

  @Test
  void whoHasMadeManyRoomsIsTakenOutOfTheOneThatIsLeft(Mesh mesh) {
    // given
    Caller ann = story.person("ann");
    Caller bob = story.person("bob");
    String room = story.join(bob).roomId();
    for (int number = 0; number < 300; number++) {
      await(mesh.redis().run(Command.SADD, "room:user:" + ann.userId(), "10" + (1000 + number)));
    }
    story.join(ann, room);

    // when
    for (int i = 0; i < 3; i++) {
      assertThat(await(mesh.bus().ask(Rooms.OF_USER, new Rooms.OfUser(ann))).items())
          .extracting(Rooms.Room::roomId)
          .containsExactly(room);
    }
    await(mesh.bus().ask(Rooms.REMOVE, new Rooms.Remove(ann.userId())));

    // then
    story.hears(bob, room, "room.peerJoined", "room.peerLeft");
  }

  private void close(String room) {
    await(story.mesh.bus().ask(Rooms.CLOSE, new Rooms.Close(room)));
  }

  private static void told(Mesh mesh, String room, long seq) {
    eventually(
        "that is noted",
        () ->
            assertThat(await(mesh.redis().run(Command.HGET, "room:" + room, "told")).toLong())
                .isEqualTo(seq));
  }
}
