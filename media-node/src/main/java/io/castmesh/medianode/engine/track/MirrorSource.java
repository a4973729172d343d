package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.loop.MediaLoop;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A source of another loop, as its sinks on this one see it: with a history of its own, so that
 * NACKs are answered here, and keyframe requests that are passed back. It lives as long as somebody
 * watches. Owned by the loop of its sinks.
 */
final class MirrorSource implements TrackSource {
  private final Shard shard;
  private final TrackElement origin;
  private final MediaKind kind;
  private final MirrorRing ring = new MirrorRing();
  private final MirrorSink far;
  private final Fanout fanout;
  private final BestLayer best;
  private final AtomicInteger keyFramesAsked = new AtomicInteger();
  private MirrorLayer[] layers;

  /** Whether the source has told us what there is. */
  private boolean begun;

  private boolean gone;

  MirrorSource(Shard shard, TrackElement origin, MediaKind kind) {
    this.shard = shard;
    this.origin = origin;
    this.kind = kind;
    this.layers = new MirrorLayer[] {new MirrorLayer(kind, 0)};
    this.fanout = new Fanout(shard.bursts());
    this.best = new BestLayer(this, fanout);
    this.far = new MirrorSink(this, ring, origin.shard());
    atOrigin(() -> origin.source(kind).ifPresentOrElse(s -> s.add(far), this::lostBefore));
  }

  /** The source's element was released before we could connect. On its loop. */
  private void lostBefore() {
    try {
      loop().execute(this::onSourceGone);
    } catch (RejectedExecutionException shuttingDown) {
      // Nobody is left to watch.
    }
  }

  /** Whether it will be done. */
  private boolean atOrigin(Runnable work) {
    try {
      origin.shard().loop().execute(work);
      return true;
    } catch (RejectedExecutionException busyOrShuttingDown) {
      return false;
    }
  }

  MediaLoop loop() {
    return shard.loop();
  }

  /** Takes what has come over. */
  void drain() {
    long now = MediaLoop.now();
    for (MirrorRing.Slot slot = ring.next(); slot != null; slot = ring.next()) {
      if (slot.layers > layers.length) {
        grow(slot.layers);
      }
      if (slot.restart) {
        restart(slot, now);
      } else {
        take(slot, now);
      }
      ring.release();
    }
  }

  /** Sinks begin with what went by before, which is here at once. */
  private void restart(MirrorRing.Slot slot, long now) {
    fanout.flush(now);
    for (MirrorLayer layer : layers) {
      layer.begin(slot.codec, slot.lasting);
    }
    for (MirrorRing.Slot past : slot.past) {
      layers[past.packet.layer()].take(past);
    }
    slot.past = List.of();
    begun = true;
    fanout.restart(this, now);
  }

  /** The peer has negotiated since we connected. */
  private void grow(int count) {
    int before = layers.length;
    layers = Arrays.copyOf(layers, count);
    for (int i = before; i < count; i++) {
      layers[i] = new MirrorLayer(kind, i);
    }
    best.begin();
  }

  private void take(MirrorRing.Slot slot, long now) {
    MediaPacket packet = slot.packet;
    MediaPacket stored = layers[packet.layer()].take(slot);
    if (stored == null) {
      return;
    }
    if (layers.length > 1) {
      best.onPacket(stored, now);
    }
    fanout.add(stored, isUnfinished(stored), now);
  }

  /** The source has let us go. */
  void onSourceGone() {
    if (!gone) {
      gone = true;
      shard.forget(this);
      fanout.removeAll(this);
    }
  }

  @Override
  public MediaKind kind() {
    return kind;
  }

  @Override
  public int clockRate() {
    return layers[best.current()].clockRate();
  }

  @Override
  public MediaCodec codec() {
    return layers[best.current()].codec();
  }

  @Override
  public int layers() {
    return layers.length;
  }

  @Override
  public void add(TrackSink sink) {
    fanout.add(sink, this);
  }

  @Override
  public void remove(TrackSink sink) {
    fanout.remove(sink, this);
    if (fanout.size() == 0 && !gone) {
      gone = true;
      shard.forget(this);
      atOrigin(
          () -> {
            if (far.source() != null) {
              far.source().remove(far);
            }
          });
    }
  }

  @Override
  public void requestKeyFrame() {
    requestKeyFrame(best.wanted());
  }

  /** Sinks that wait ask with each packet: it is passed on once until the other loop has heard. */
  @Override
  public void requestKeyFrame(int layer) {
    if (!begun) {
      return; // who has asked is told to ask again
    }
    int mask = 1 << layer;
    boolean isNews = (keyFramesAsked.getAndUpdate(asked -> asked | mask) & mask) == 0;
    if (isNews && !atOrigin(() -> passOn(layer, mask))) {
      keyFramesAsked.getAndUpdate(asked -> asked & ~mask);
    }
  }

  /** On the other loop. */
  private void passOn(int layer, int mask) {
    keyFramesAsked.getAndUpdate(asked -> asked & ~mask);
    if (far.source() != null && layer < far.source().layers()) {
      far.source().requestKeyFrame(layer);
    }
  }

  @Override
  public MediaPacket find(long sequence, long now) {
    return find(best.current(), sequence, now);
  }

  @Override
  public MediaPacket find(int layer, long sequence, long now) {
    return layers[layer].find(sequence, now);
  }

  @Override
  public long joinAt(int layer, JoinLimits limits, long now) {
    return layers[layer].joinAt(limits, now);
  }

  @Override
  public boolean isLasting() {
    return layers[best.current()].isLasting();
  }

  @Override
  public long newest(int layer) {
    return layers[layer].newest();
  }

  @Override
  public SenderClock clock() {
    return clock(best.current());
  }

  @Override
  public SenderClock clock(int layer) {
    return layers[layer].clock();
  }

  @Override
  public long bitrate(int layer, int temporalLayer, long now) {
    return layers[layer].bitrate(temporalLayer, now);
  }
}
