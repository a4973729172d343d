package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;

/** One layer of a mirrored source: its packets, its clock, its rate. Owned by the sinks' loop. */
final class MirrorLayer {
  /** As the histories of what is mirrored: a camera, a film, sound. */
  private static final int VIDEO_HISTORY = 1024;

  private static final int FILM_HISTORY = 2048;
  private static final int AUDIO_HISTORY = 64;

  private final boolean video;
  private final int layer;
  private PacketHistory history;
  private boolean lasting;
  private final SenderClock clock;
  private LayerRates rates = new LayerRates();
  private MediaCodec codec;
  private int clockRate;

  MirrorLayer(MediaKind kind, int layer) {
    this.video = kind == MediaKind.VIDEO;
    this.clockRate = video ? 90_000 : 48_000;
    this.clock = new SenderClock(clockRate);
    this.layer = layer;
    this.history = new PacketHistory(size(), layer);
  }

  private int size() {
    int ofVideo = lasting ? FILM_HISTORY : VIDEO_HISTORY;
    return video ? ofVideo : AUDIO_HISTORY;
  }

  /** Copies a packet in; null when it is there already, or too old. */
  MediaPacket take(MirrorRing.Slot slot) {
    MediaPacket packet = slot.packet;
    if (!history.isNew(packet.sequence())) {
      return null;
    }
    codec = packet.format().codec();
    if (codec.clockRate() != clockRate) {
      clockRate = codec.clockRate();
      clock.reset(clockRate);
    }
    if (slot.clockKnown) {
      clock.onReport(slot.clockTimestamp, slot.clockMicros);
    }
    MediaPacket stored = history.store(packet);
    if (video) {
      rates.onPacket(stored, stored.arrivedAt());
    }
    return stored;
  }

  /** What follows has nothing to do with what came before. */
  void begin(MediaCodec next, boolean isLasting) {
    if (lasting == isLasting) {
      history.clear();
    } else {
      lasting = isLasting;
      history = lasting ? PacketHistory.ageless(size()) : new PacketHistory(size(), layer);
    }
    rates = new LayerRates();
    codec = next;
    clockRate = next == null ? clockRate : next.clockRate();
    clock.reset(clockRate);
  }

  MediaPacket find(long sequence, long now) {
    return history.find(sequence, now);
  }

  long joinAt(JoinLimits limits, long now) {
    return history.joinAt(lasting ? JoinLimits.LASTING : limits, now);
  }

  boolean isLasting() {
    return lasting;
  }

  long newest() {
    return history.newest();
  }

  SenderClock clock() {
    return clock;
  }

  int clockRate() {
    return clockRate;
  }

  /** Null before the first packet. */
  MediaCodec codec() {
    return codec;
  }

  long bitrate(int temporalLayer, long now) {
    return rates.bitrate(temporalLayer, now);
  }
}
