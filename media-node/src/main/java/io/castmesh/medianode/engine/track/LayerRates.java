package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.bandwidth.RateMeter;

/** What comes of one layer, with the pictures up to each temporal layer. Owned by the loop. */
public final class LayerRates {
  /** Headers, encryption and framing of a packet, which cost bandwidth too. */
  private static final int OVERHEAD = 60;

  private static final int TEMPORAL_LAYERS = 4;

  private final RateMeter[] meters = new RateMeter[TEMPORAL_LAYERS];
  private int highest;

  public LayerRates() {
    for (int i = 0; i < TEMPORAL_LAYERS; i++) {
      meters[i] = new RateMeter();
    }
  }

  public void onPacket(MediaPacket packet, long now) {
    highest = Math.max(highest, packet.temporalLayer());
    meters[packet.temporalLayer()].add(packet.length() + OVERHEAD, now);
  }

  /** Bits per second with pictures up to this temporal layer. */
  public long bitrate(int temporalLayer, long now) {
    long sum = 0;
    for (int i = 0; i <= Math.min(temporalLayer, highest); i++) {
      sum += meters[i].bitsPerSecond(now);
    }
    return sum;
  }
}
