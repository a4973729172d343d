package io.castmesh.room.rooms;

import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The rooms that this instance has written last, as they were then: what Redis loses is put back
 * from here. Bounded in rooms and in events; the room that was not written for longest makes room.
 *
 * <p>Belongs to one event loop.
 */
final class RoomCopies {
  static final int ROOMS = 5000;
  private static final int EVENTS = 64;
  private static final int BYTES = 65_536;

  /** A room that is gone from Redis has ended, unless Redis turns out to have lost everything. */
  private static final Duration GONE = Duration.ofSeconds(10);

  /**
   * A room as Redis has it.
   *
   * @param seq the number of its last event
   */
  record Newest(long version, long seq) {}

  /** One room as this instance knows it. */
  static final class Copy {
    private Room room;
    private long seq;
    private final Deque<String> events = new ArrayDeque<>();
    private int bytes;
    private Instant until = Instant.MAX;
    private Instant missingSince;
    private long behindAt = -1;

    Room room() {
      return room;
    }

    long seq() {
      return seq;
    }

    List<String> events() {
      return List.copyOf(events);
    }
  }

  private final Clock clock;
  private final Duration emptyFor;
  private final Map<String, Copy> copies =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Copy> eldest) {
          return size() > ROOMS;
        }
      };

  /**
   * @param emptyFor how long a room with nobody in it lasts
   */
  RoomCopies(Clock clock, Duration emptyFor) {
    this.clock = clock;
    this.emptyFor = emptyFor;
  }

  /** Null when this instance knows nothing of it. */
  Copy get(String room) {
    return copies.get(room);
  }

  int size() {
    return copies.size();
  }

  /**
   * This instance has written a room.
   *
   * @param entries of the log, the first of them with the number {@code first}
   */
  void wrote(Room room, long first, List<String> entries) {
    Copy copy = copies.computeIfAbsent(room.id(), id -> new Copy());
    if (first != copy.seq + 1) {
      copy.events.clear();
      copy.bytes = 0;
    }
    copy.room = room;
    copy.seq = first + entries.size() - 1;
    copy.missingSince = null;
    copy.until = room.empty() ? clock.instant().plus(emptyFor) : Instant.MAX;
    for (String entry : entries) {
      copy.events.add(entry);
      copy.bytes += entry.length();
    }
    while (copy.events.size() > EVENTS || copy.bytes > BYTES) {
      copy.bytes -= copy.events.remove().length();
    }
  }

  void forget(String room) {
    copies.remove(room);
  }

  /**
   * Forgets the rooms that somebody else has written since, or that have ended. Whoever puts an old
   * copy back gives numbers anew that have been given already.
   *
   * @param newest by room; without the rooms that are not there
   */
  void compare(Map<String, Newest> newest) {
    Instant now = clock.instant();
    copies
        .entrySet()
        .removeIf(
            entry -> {
              Copy copy = entry.getValue();
              Newest theirs = newest.get(entry.getKey());
              if (theirs != null) {
                copy.missingSince = null;
                return theirs.version() > copy.room.version()
                    || behind(copy, theirs.seq())
                    || copy.until.isBefore(now);
              }
              if (copy.missingSince == null) {
                copy.missingSince = now;
              }
              return copy.missingSince.plus(GONE).isBefore(now) || copy.until.isBefore(now);
            });
  }

  /** Twice in a row at the same number: what this instance writes meanwhile counts only then. */
  private static boolean behind(Copy copy, long seq) {
    boolean again = copy.behindAt == copy.seq;
    copy.behindAt = seq > copy.seq ? copy.seq : -1;
    return again && seq > copy.seq;
  }

  List<String> rooms() {
    return List.copyOf(copies.keySet());
  }

  /** One after the other. */
  Future<Integer> each(BiFunction<String, Copy, Future<Boolean>> work) {
    Future<Integer> all = Future.succeededFuture(0);
    for (Map.Entry<String, Copy> entry : new ArrayList<>(copies.entrySet())) {
      all =
          all.compose(
              sum -> work.apply(entry.getKey(), entry.getValue()).map(put -> put ? sum + 1 : sum));
    }
    return all;
  }
}
