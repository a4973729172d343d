package io.castmesh.runtime.bus;

import io.castmesh.contract.Nodes.Missed;
import io.castmesh.contract.Nodes.Repair;
import io.castmesh.contract.Nodes.Sent;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The latest events that this node has emitted, by address and number, so that whoever missed some
 * can ask for them. Bounded in number, size and age, each address by itself and all together: then
 * the oldest of all go first. Thread-safe.
 */
final class SentEvents {
  /** Longer than a split or a restart that a listener survives. */
  static final Duration KEEP = Duration.ofSeconds(60);

  /** As long as nodes that were cut off are waited for. */
  private static final Duration TOLD = Duration.ofMinutes(10);

  private static final int EVENTS = 8_192;
  private static final int BYTES = 8 << 20;

  /** Of all together: this part of the heap. */
  private static final int SHARE_OF_HEAP = 8;

  /** What one answer to a listener carries at most. */
  private static final int REPAIR_EVENTS = 500;

  private static final int REPAIR_BYTES = 1 << 20;

  private record Kept(long seq, String trace, Buffer json, long at) {
    Sent sent() {
      return new Sent(seq, trace, json.toString());
    }
  }

  private static final class Stream {
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long head;
    private long bytes;
    private long at;
    private long takenBack;
    private boolean forgotten;
  }

  private final Map<String, Stream> streams = new ConcurrentHashMap<>();
  private final LongSupplier clock;
  private final long most;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param clock nanoseconds
   */
  SentEvents(LongSupplier clock) {
    this(clock, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  /**
   * @param most bytes of all events together
   */
  SentEvents(LongSupplier clock, long most) {
    this.clock = clock;
    this.most = most;
  }

  /**
   * Numbers an event and has it published, in one step: numbers and events leave in one order.
   *
   * @param publish takes the number, which begins at 1
   */
  void add(String address, String trace, Buffer json, LongConsumer publish) {
    Stream stream = streams.computeIfAbsent(address, fresh -> new Stream());
    synchronized (stream) {
      stream.at = clock.getAsLong();
      stream.kept.add(new Kept(++stream.head, trace, json, stream.at));
      count(stream, json.length());
      trim(stream, stream.at);
      publish.accept(stream.head);
    }
    trimAll();
  }

  /**
   * The number of the last event by address, for long enough that a node that was cut off learns
   * what it has missed, though nobody has it any more.
   */
  Map<String, Long> heads() {
    long now = clock.getAsLong();
    Map<String, Long> heads = new HashMap<>();
    streams.forEach(
        (address, stream) -> {
          synchronized (stream) {
            trim(stream, now);
            if (now - stream.at < TOLD.toNanos()) {
              heads.put(address, stream.head);
            }
          }
        });
    return heads;
  }

  Repair after(Missed missed) {
    Stream stream = streams.get(missed.address());
    if (stream == null) {
      return new Repair(missed.upTo() + 1, List.of());
    }
    synchronized (stream) {
      long from = stream.kept.isEmpty() ? stream.head + 1 : stream.kept.peek().seq();
      List<Sent> events = new ArrayList<>();
      int bytes = 0;
      for (Kept one : stream.kept) {
        if (one.seq() > missed.upTo() || events.size() >= REPAIR_EVENTS || bytes > REPAIR_BYTES) {
          break;
        }
        if (one.seq() > missed.after()) {
          events.add(one.sent());
          bytes += one.json().length();
        }
      }
      return new Repair(Math.max(from, missed.after() + 1), events);
    }
  }

  /**
   * The events after a number, each once only: they will not arrive where they were sent.
   *
   * @param after the last one that did arrive, as far as that is known
   */
  List<Sent> takeBack(String address, long after) {
    Stream stream = streams.get(address);
    if (stream == null) {
      return List.of();
    }
    synchronized (stream) {
      long last = Math.max(after, stream.takenBack);
      stream.takenBack = Math.max(last, stream.head);
      return stream.kept.stream().filter(one -> one.seq() > last).map(Kept::sent).toList();
    }
  }

  /** A node that is gone for good asks for nothing any more. */
  void forget(String node) {
    streams.forEach(
        (address, stream) -> {
          if (address.endsWith("@" + node) && streams.remove(address, stream)) {
            synchronized (stream) {
              bytes.addAndGet(-stream.bytes);
              stream.forgotten = true;
            }
          }
        });
  }

  /**
   * Holding no stream: it is called for each event, and does nothing but count until all is full.
   */
  private void trimAll() {
    boolean dropped = true;
    while (dropped && bytes.get() > most) {
      dropped = dropOldest();
    }
  }

  private boolean dropOldest() {
    Stream oldest = null;
    long oldestAt = 0;
    for (Stream stream : streams.values()) {
      synchronized (stream) {
        Kept first = stream.kept.peek();
        if (first != null && (oldest == null || first.at() - oldestAt < 0)) {
          oldest = stream;
          oldestAt = first.at();
        }
      }
    }
    if (oldest == null) {
      return false;
    }
    synchronized (oldest) {
      drop(oldest);
    }
    return true;
  }

  private void trim(Stream stream, long now) {
    for (Kept oldest = stream.kept.peek();
        oldest != null
            && (stream.kept.size() > EVENTS
                || stream.bytes > BYTES
                || now - oldest.at() > KEEP.toNanos());
        oldest = stream.kept.peek()) {
      drop(stream);
    }
  }

  /** Holding the stream. */
  private void drop(Stream stream) {
    Kept oldest = stream.kept.poll();
    if (oldest != null) {
      count(stream, -oldest.json().length());
    }
  }

  private void count(Stream stream, int length) {
    stream.bytes += length;
    if (!stream.forgotten) {
      bytes.addAndGet(length);
    }
  }
}
