package io.castmesh.room.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.room.rooms.RoomCopies.Newest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which copies of rooms an instance may put back when Redis has lost them. */
class RoomCopiesTest {
  private static final Room ROOM = Room.fresh("471108", "Tea", "mesh", null, null, Instant.EPOCH);

  private final RoomCopies copies = new RoomCopies(Clock.systemUTC(), Duration.ofMinutes(1));

  @Test
  void aRoomInWhichAnotherInstanceWritesIsForgotten() {
    // given
    copies.wrote(ROOM, 1, List.of("1 - a"));

    // when another one writes, which does not change the room's version
    compare(400);
    compare(800);

    // then
    assertThat(copies.get(ROOM.id())).isNull();
  }

  @Test
  void aRoomInWhichThisInstanceWritesIsKept() {
    // given
    copies.wrote(ROOM, 1, List.of("1 - a"));

    // when Redis tells of the next event before the answer to its writing has come
    compare(2);
    copies.wrote(ROOM, 2, List.of("2 - b"));
    compare(3);
    copies.wrote(ROOM, 3, List.of("3 - c"));
    compare(3);

    // then
    assertThat(copies.get(ROOM.id()).events()).containsExactly("1 - a", "2 - b", "3 - c");
  }

  private void compare(long seq) {
    copies.compare(Map.of(ROOM.id(), new Newest(ROOM.version(), seq)));
  }
}
