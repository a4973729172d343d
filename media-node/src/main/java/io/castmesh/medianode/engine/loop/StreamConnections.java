package io.castmesh.medianode.engine.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * All TCP connections of a loop, with their bounds. Owned by the loop's thread, except for the
 * counters.
 */
final class StreamConnections {
  /** At the same time, of those that have not proved yet whose they are. */
  static final int MOST_STRANGERS = 256;

  private static final long LOOK_INTERVAL = TimeUnit.MILLISECONDS.toNanos(250);

  /** Packets that peers read too slowly for. */
  final Counter slow = new Counter();

  /** Connections that found no room. */
  final Counter refused = new Counter();

  /** Connections that went without an authentic check: silent, or sending something else. */
  final Counter unproven = new Counter();

  private final Reactor.Work work;
  private final int most;
  private final Set<StreamConnection> open = new LinkedHashSet<>();
  private final ArrayDeque<StreamConnection> toFlush = new ArrayDeque<>();
  private int strangers;
  private long nextLook;

  /** Read anywhere. */
  private volatile int count;

  StreamConnections(Reactor.Work work, int most) {
    this.work = work;
    this.most = most;
  }

  Reactor.Work work() {
    return work;
  }

  int count() {
    return count;
  }

  /** Whether one more may come; counted as refused when not. */
  boolean hasRoom() {
    boolean room = open.size() < most && strangers < MOST_STRANGERS;
    if (!room) {
      refused.increment();
    }
    return room;
  }

  void add(StreamConnection connection) {
    open.add(connection);
    count = open.size();
    strangers++;
  }

  void trusted(StreamConnection connection) {
    if (open.contains(connection)) {
      strangers--;
    }
  }

  void closed(StreamConnection connection) {
    if (open.remove(connection)) {
      count = open.size();
      if (!connection.isTrusted()) {
        strangers--;
        unproven.increment();
      }
      work.onRouteClosed(connection);
    }
  }

  void toFlush(StreamConnection connection) {
    toFlush.add(connection);
  }

  /** At the end of a burst: everything that goes to one peer leaves together. */
  void flush() {
    for (StreamConnection next = toFlush.poll(); next != null; next = toFlush.poll()) {
      next.flush();
    }
  }

  void tick(long now) {
    if (now - nextLook < 0) {
      return;
    }
    nextLook = now + LOOK_INTERVAL;
    ArrayList<StreamConnection> overdue = null;
    for (StreamConnection connection : open) {
      if (connection.isOverdue(now)) {
        overdue = overdue == null ? new ArrayList<>() : overdue;
        overdue.add(connection);
      }
    }
    if (overdue != null) {
      overdue.forEach(connection -> connection.close("it was silent for too long"));
    }
  }

  void closeAll() {
    new ArrayList<>(open).forEach(connection -> connection.close("the loop ends"));
  }
}
