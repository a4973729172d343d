package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.TrackSource;

/**
 * Where a peer that joins is in what has come since the last keyframe: it gets that some packets at
 * a time, until it has caught up with what comes now. Owned by the loop.
 */
final class CatchUp {
  /** In a tick of the loop, 10 ms: about 11 Mbit/s. A keyframe takes three or four of them. */
  static final int PACKETS_A_TICK = 12;

  private boolean active;
  private int layer;
  private long next;

  /**
   * @param first packet of the keyframe
   */
  void begin(int ofLayer, long first) {
    active = true;
    layer = ofLayer;
    next = first;
  }

  void stop() {
    active = false;
  }

  boolean isActive() {
    return active;
  }

  /** Only while it is active. */
  int layer() {
    return layer;
  }

  /** Whether a packet that comes now has to wait for its turn. */
  boolean covers(MediaPacket packet) {
    return active && packet.layer() == layer && packet.sequence() >= next;
  }

  /** The next one; null when there is none any more, which is the end. */
  MediaPacket take(TrackSource source, long now) {
    long newest = source.newest(layer);
    while (next <= newest) {
      MediaPacket packet = source.find(layer, next++, now);
      if (packet != null) {
        return packet; // what is missing may still be recovered, and has its place then
      }
    }
    active = false;
    return null;
  }
}
