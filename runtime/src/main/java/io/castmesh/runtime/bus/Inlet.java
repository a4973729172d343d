package io.castmesh.runtime.bus;

import io.castmesh.contract.Nodes.Missed;
import io.castmesh.contract.Nodes.Repair;
import io.castmesh.contract.Nodes.Sent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener's events of all nodes that emit them: hands on each once and in the order of its
 * source. What is missing is noticed by the next event or by the source's beat, and asked for at
 * the source; when that cannot give it any more, the listener is told and goes on.
 *
 * <p>Confined to the context of the listener.
 */
final class Inlet {
  private static final Logger log = LoggerFactory.getLogger(Inlet.class);

  /** What is on its way may still arrive by itself. */
  private static final long PATIENCE_MILLIS = 50;

  private static final long AGAIN_MILLIS = 500;

  /**
   * For a source that does not answer: it has nothing left to give by then. While it is cut off,
   * and while that heals, what it said may well come before it can be asked. One that is known to
   * have ended is given up at its first silence.
   */
  private static final long GIVE_UP_NANOS = SentEvents.KEEP.toNanos();

  /** Beyond these, events are asked for again instead of being held. */
  private static final int HELD_AT_MOST = 4_096;

  /** Takes an event's body, JSON text or a record, with its trace. */
  @FunctionalInterface
  interface Sink {
    void accept(Object body, String trace);
  }

  private record Held(Object body, String trace) {}

  private static final class Source {
    private final TreeMap<Long, Held> held = new TreeMap<>();
    private long last;
    private long head;
    private boolean repairing;
    private long gapSince;

    /** Those who wait until nothing is missing up to the last event of a node that leaves. */
    private Promise<Void> complete;
  }

  private final Vertx vertx;
  private final Context context;
  private final String address;
  private final boolean dedicated;
  private final Sink sink;
  private final Runnable onGap;
  private final BiFunction<String, Missed, Future<Repair>> ask;
  private final Predicate<String> ended;
  private final BusMeters meters;
  private final Map<String, Source> sources = new HashMap<>();
  private boolean closed;

  /**
   * @param dedicated every event that was ever emitted on this address is for this listener
   * @param onGap events are lost for good
   * @param ask asks a node for what is missing
   * @param ended whether a node is known to have left or died, not only to be silent
   */
  Inlet(
      Vertx vertx,
      String address,
      boolean dedicated,
      Sink sink,
      Runnable onGap,
      BiFunction<String, Missed, Future<Repair>> ask,
      Predicate<String> ended,
      BusMeters meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.address = address;
    this.dedicated = dedicated;
    this.sink = sink;
    this.onGap = onGap;
    this.ask = ask;
    this.ended = ended;
    this.meters = meters;
  }

  /** An event has come. */
  void accept(String node, long seq, Object body, String trace) {
    if (closed) {
      return;
    }
    Source source = sources.get(node);
    if (source == null) {
      source = new Source();
      source.last = dedicated ? 0 : seq - 1;
      sources.put(node, source);
    }
    source.head = Math.max(source.head, seq);
    if (seq <= source.last) {
      return;
    }
    if (seq == source.last + 1) {
      source.last = seq;
      sink.accept(body, trace);
      release(source);
      settle(source);
      return;
    }
    if (source.held.size() < HELD_AT_MOST) {
      source.held.put(seq, new Held(body, trace));
    }
    repairSoon(node, source);
  }

  /** From any thread: a node says what it has emitted so far. */
  void heard(String node, long head) {
    context.runOnContext(
        ignored -> {
          if (closed) {
            // What was taken has been said: nothing may be taken after that.
            return;
          }
          Source source = sources.get(node);
          if (source == null) {
            source = new Source();
            source.last = dedicated ? 0 : head;
            sources.put(node, source);
          }
          source.head = Math.max(source.head, head);
          if (source.head > source.last) {
            repairSoon(node, source);
          }
        });
  }

  /**
   * From any thread: a node has emitted so many and leaves.
   *
   * @return completes when nothing of it is missing here, or is lost for good
   */
  Future<Void> complete(String node, long head) {
    Promise<Void> complete = Promise.promise();
    context.runOnContext(
        ignored -> {
          Source source = sources.get(node);
          if (closed || source == null && !dedicated) {
            // It was never heard here, or nothing is listened to: nothing is expected of it.
            complete.complete();
            return;
          }
          source = sources.computeIfAbsent(node, first -> new Source());
          source.head = Math.max(source.head, head);
          source.complete = complete;
          if (source.last < source.head) {
            // At once: it does not wait for long.
            source.repairing = true;
            source.gapSince = System.nanoTime();
            repair(node, source);
          }
          settle(source);
        });
    return complete.future();
  }

  /**
   * From any thread: the listener is gone.
   *
   * @return the number of the last event that it took, by node
   */
  Future<Map<String, Long>> close() {
    Promise<Map<String, Long>> taken = Promise.promise();
    context.runOnContext(
        ignored -> {
          Map<String, Long> last = new HashMap<>();
          sources.forEach((node, source) -> last.put(node, source.last));
          sources.values().forEach(Inlet::giveUpCompleting);
          sources.clear();
          closed = true;
          taken.complete(last);
        });
    return taken.future();
  }

  /** From any thread: a node will never be heard of again. */
  void forget(String node) {
    context.runOnContext(ignored -> sources.remove(node));
  }

  private void release(Source source) {
    while (!source.held.isEmpty() && source.held.firstKey() <= source.last + 1) {
      Map.Entry<Long, Held> next = source.held.pollFirstEntry();
      if (next.getKey() == source.last + 1) {
        source.last++;
        sink.accept(next.getValue().body(), next.getValue().trace());
      }
    }
  }

  private void repairSoon(String node, Source source) {
    if (!source.repairing) {
      source.repairing = true;
      source.gapSince = System.nanoTime();
      later(node, source, PATIENCE_MILLIS);
    }
  }

  private void later(String node, Source source, long millis) {
    vertx
        .timer(millis, TimeUnit.MILLISECONDS)
        .onComplete(timer -> context.runOnContext(ignored -> repair(node, source)));
  }

  private void repair(String node, Source source) {
    if (source.last >= source.head || sources.get(node) != source) {
      source.repairing = false;
      return;
    }
    ask.apply(node, new Missed(address, source.last, source.head))
        .onComplete(
            repair -> context.runOnContext(ignored -> repaired(node, source, repair)),
            error -> context.runOnContext(ignored -> silent(node, source)));
  }

  private void repaired(String node, Source source, Repair repair) {
    if (sources.get(node) != source) {
      return;
    }
    if (repair.from() > source.last + 1) {
      lost(node, source, repair.from() - 1);
    }
    long before = source.last;
    for (Sent event : repair.events()) {
      if (event.seq() == source.last + 1) {
        source.last++;
        sink.accept(event.body(), event.trace());
        release(source);
      }
    }
    if (source.last > before) {
      meters.repaired(address, source.last - before);
      log.debug("repaired topic={} node={} events={}", address, node, source.last - before);
    }
    settle(source);
    if (source.last >= source.head) {
      source.repairing = false;
    } else if (source.last > before) {
      source.gapSince = System.nanoTime();
      repair(node, source);
    } else {
      silent(node, source);
    }
  }

  private void silent(String node, Source source) {
    if (sources.get(node) != source) {
      return;
    }
    boolean tooLong = System.nanoTime() - source.gapSince > GIVE_UP_NANOS;
    if (!ended.test(node) && !tooLong) {
      later(node, source, AGAIN_MILLIS);
      return;
    }
    lost(node, source, source.held.isEmpty() ? source.head : source.held.firstKey() - 1);
    release(source);
    settle(source);
    source.repairing = false;
    if (source.last < source.head) {
      repairSoon(node, source);
    }
  }

  private static void settle(Source source) {
    if (source.complete != null && source.last >= source.head) {
      source.complete.tryComplete();
    }
  }

  /** Nothing is listened to any more: who leaves need not wait. */
  private static void giveUpCompleting(Source source) {
    if (source.complete != null) {
      source.complete.tryComplete();
    }
  }

  private void lost(String node, Source source, long upTo) {
    if (upTo > source.last) {
      log.warn("events are lost topic={} node={} count={}", address, node, upTo - source.last);
      meters.lost(address, upTo - source.last);
      source.last = upTo;
      onGap.run();
    }
  }
}
