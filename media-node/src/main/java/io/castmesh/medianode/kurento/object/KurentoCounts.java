package io.castmesh.medianode.kurento.object;

import java.util.concurrent.atomic.AtomicLongArray;

/** What the protocol server counts, for metrics. Written on its event loop, read by any thread. */
public final class KurentoCounts {
  /** Why a client did not get something, or lost its socket. */
  public enum Refusal {
    /** Too many of these. */
    SOCKETS,
    SESSIONS,
    OBJECTS,
    SUBSCRIPTIONS,
    /** A web page asked for a socket. */
    ORIGIN,
    /** A socket was closed: its client reads too slowly. */
    SLOW,
    /** The same for a message that was too large. */
    LARGE,
    /** The same for one that was no JSON. */
    BROKEN
  }

  private final AtomicLongArray refusals = new AtomicLongArray(Refusal.values().length);
  private volatile int sockets;
  private volatile int sessions;
  private volatile int objects;

  public long of(Refusal why) {
    return refusals.get(why.ordinal());
  }

  /** Open now. */
  public int sockets() {
    return sockets;
  }

  /** Alive now, with a socket or without. */
  public int sessions() {
    return sessions;
  }

  /** Alive now, without the server manager. */
  public int objects() {
    return objects;
  }

  public void count(Refusal why) {
    refusals.incrementAndGet(why.ordinal());
  }

  public void sockets(int open) {
    sockets = open;
  }

  void alive(int sessionsNow, int objectsNow) {
    sessions = sessionsNow;
    objects = objectsNow;
  }
}
