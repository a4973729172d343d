package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.loop.MediaLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a mirror where the source is: puts each packet into the ring, and wakes the other loop
 * once for a burst. Owned by the source's loop.
 */
final class MirrorSink implements TrackSink {
  private final MirrorSource mirror;
  private final MirrorRing ring;
  private final Shard from;
  private final AtomicBoolean awake = new AtomicBoolean();
  private final BurstEnd.Listener atBurstEnd = this::onBurstEnd;
  private final Runnable drain = this::drain;
  private TrackSource source;
  private boolean restarted;
  private boolean announced;

  MirrorSink(MirrorSource mirror, MirrorRing ring, Shard from) {
    this.mirror = mirror;
    this.ring = ring;
    this.from = from;
  }

  @Override
  public TrackSource source() {
    return source;
  }

  @Override
  public void onSource(TrackSource newSource) {
    if (newSource == null && source != null) {
      post(mirror::onSourceGone);
    }
    restarted = newSource != null;
    source = newSource;
    if (restarted) {
      tellRestart();
    }
  }

  private void tellRestart() {
    MirrorRing.Slot slot = ring.free();
    if (slot != null) {
      slot.restart = true;
      slot.codec = source.codec();
      slot.lasting = source.isLasting();
      slot.layers = source.layers();
      slot.past = past();
      publish();
      restarted = false;
    }
  }

  /**
   * Those who watch over there can begin with what has come since the last keyframe, too. Of a film
   * that is more than the ring holds.
   */
  private List<MirrorRing.Slot> past() {
    List<MirrorRing.Slot> past = new ArrayList<>();
    long now = MediaLoop.now();
    for (int layer = 0; layer < source.layers(); layer++) {
      long first = source.joinAt(layer, from.joins(), now);
      long newest = first < 0 ? -1 : source.newest(layer);
      for (long sequence = first; sequence <= newest; sequence++) {
        MediaPacket packet = source.find(layer, sequence, now);
        if (packet != null) {
          MirrorRing.Slot slot = new MirrorRing.Slot();
          fill(slot, packet);
          past.add(slot);
        }
      }
    }
    return past;
  }

  /** The sinks of the mirror choose. */
  @Override
  public boolean takesLayers() {
    return true;
  }

  @Override
  public void onPacket(MediaPacket packet, long now) {
    if (restarted) {
      tellRestart();
    }
    MirrorRing.Slot slot = restarted ? null : ring.free();
    if (slot == null) {
      from.countLost();
      return;
    }
    fill(slot, packet);
    publish();
  }

  private void fill(MirrorRing.Slot slot, MediaPacket packet) {
    slot.restart = false;
    slot.layers = source.layers();
    slot.packet.copy(packet);
    SenderClock clock = source.clock(packet.layer());
    slot.clockKnown = clock.isKnown();
    slot.clockTimestamp = clock.reportTimestamp();
    slot.clockMicros = clock.reportMicros();
  }

  private void publish() {
    ring.publish();
    if (!announced) {
      announced = true;
      from.bursts().add(atBurstEnd);
    }
  }

  private boolean onBurstEnd(long now, boolean last) {
    announced = false;
    if (awake.compareAndSet(false, true) && !post(drain)) {
      awake.set(false); // it drowns in tasks: the next burst tries again
    }
    return true;
  }

  /** On the other loop. What is published from here on wakes it again. */
  private void drain() {
    awake.set(false);
    mirror.drain();
  }

  private boolean post(Runnable work) {
    try {
      mirror.loop().execute(work);
      return true;
    } catch (RejectedExecutionException busyOrShuttingDown) {
      return false;
    }
  }
}
