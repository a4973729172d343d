package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.loop.MediaLoop;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sinks of one source. Packets that arrive together are handed over sink by sink, not packet by
 * packet: what one viewer needs stays in the processor's cache, and its packets leave one after the
 * other, so that they can be sent as one run. A crowd's packets wait for the rest of their frame,
 * one tick at most: nobody can show a part of it, and a run costs little more than a packet.
 *
 * <p>Packets of a frame differ by a byte or two, and a run needs equal sizes: the shorter ones get
 * RTP padding (RFC 3550 section 5.1), before the first sink sees them. Owned by the loop.
 */
public final class Fanout implements BurstEnd.Listener {
  private static final Logger log = LoggerFactory.getLogger(Fanout.class);

  /** Waiting packets live in a history, the smallest of which holds twice as many. */
  private static final int MOST_WAITING = 32;

  /** More would cost more than it saves. */
  private static final int MOST_PADDING = 8;

  /** So many make it worth it; fewer get each packet as it comes. */
  private static final int CROWD = 32;

  private final BurstEnd bursts;
  private final MediaPacket[] waiting = new MediaPacket[MOST_WAITING];
  private int count;
  private boolean announced;

  /** Whether one of those that wait must not wait for more. */
  private boolean due;

  private int layer;
  private TrackSink[] sinks = new TrackSink[0];

  /**
   * @param bursts tells when what arrived together is complete
   */
  public Fanout(BurstEnd bursts) {
    this.bursts = bursts;
  }

  /**
   * Takes a packet of the source's history.
   *
   * @param unfinished whether more of the same frame is about to come
   */
  public void add(MediaPacket packet, boolean unfinished, long now) {
    if (sinks.length == 0) {
      return;
    }
    due |= !unfinished;
    waiting[count++] = packet;
    if (count == MOST_WAITING) {
      flush(now);
    } else if (!announced) {
      announced = true;
      bursts.add(this);
    }
  }

  /** For {@link BurstEnd}. */
  @Override
  public boolean onBurstEnd(long now, boolean last) {
    if (count > 0 && !due && !last && sinks.length >= CROWD) {
      return false;
    }
    announced = false;
    flush(now);
    return true;
  }

  /** Hands over what waits: also before the source starts anew. */
  public void flush(long now) {
    if (count == 0) {
      return;
    }
    int ready = count;
    count = 0;
    due = false;
    equalise(ready);
    // The array is replaced, never changed: a sink may leave while it is told.
    for (TrackSink sink : sinks) {
      try {
        hand(sink, ready, now);
      } catch (RuntimeException | Error e) { // the others are not to go without
        log.warn("a sink did not take what it was handed", e);
      }
    }
  }

  private void hand(TrackSink sink, int ready, long now) {
    boolean all = sink.takesLayers();
    for (int i = 0; i < ready; i++) {
      if (all || waiting[i].layer() == layer) {
        sink.onPacket(waiting[i], now);
      }
    }
  }

  private void equalise(int ready) {
    for (int i = 0; i < ready - 1; i++) {
      int longest = waiting[i].wireLength();
      int end = i + 1;
      while (end < ready && Math.abs(waiting[end].wireLength() - longest) <= MOST_PADDING) {
        longest = Math.max(longest, waiting[end].wireLength());
        end++;
      }
      for (int j = i; j < end - 1; j++) { // the last of a run may be shorter
        waiting[j].pad(longest - waiting[j].wireLength());
      }
      i = end - 1;
    }
  }

  /** Who comes gets nothing of what came before. */
  public void add(TrackSink sink, TrackSource source) {
    flush(MediaLoop.now());
    sinks = Arrays.copyOf(sinks, sinks.length + 1);
    sinks[sinks.length - 1] = sink;
    sink.onSource(source);
  }

  /** A sink that is not there is ignored. */
  public void remove(TrackSink sink, TrackSource source) {
    if (sink.source() == source) {
      sinks = Arrays.stream(sinks).filter(other -> other != sink).toArray(TrackSink[]::new);
      sink.onSource(null);
    }
  }

  public void removeAll(TrackSource source) {
    for (TrackSink sink : sinks) {
      remove(sink, source);
    }
  }

  /** What follows has nothing to do with what came before. */
  public void restart(TrackSource source, long now) {
    flush(now);
    for (TrackSink sink : sinks) {
      sink.onSource(source);
    }
  }

  /** The same for one layer: those who do not get it have nothing to forget. */
  public void restart(TrackSource source, int restarted, long now) {
    flush(now);
    for (TrackSink sink : sinks) {
      if (restarted == layer || sink.takesLayers()) {
        sink.onSource(source);
      }
    }
  }

  /** Those who take one layer get nothing until {@link #changeLayer} says which. */
  public void holdLayers() {
    layer = -1;
  }

  /** From now on those who take one layer get this one. */
  public void changeLayer(TrackSource source, int newLayer, long now) {
    flush(now);
    layer = newLayer;
    for (TrackSink sink : sinks) {
      if (!sink.takesLayers()) {
        sink.onSource(source);
      }
    }
  }

  /** Whether anybody takes one layer only. */
  public boolean needsOneLayer() {
    for (TrackSink sink : sinks) {
      if (!sink.takesLayers()) {
        return true;
      }
    }
    return false;
  }

  public int size() {
    return sinks.length;
  }
}
