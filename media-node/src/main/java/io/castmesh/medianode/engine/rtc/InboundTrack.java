package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtp.SequenceUnwrapper;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.Fanout;
import io.castmesh.medianode.engine.track.KeyFrameRequests;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketHistory;
import io.castmesh.medianode.engine.track.SenderClock;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import java.util.concurrent.TimeUnit;

/**
 * What a peer sends us of one kind: brings packets into one numbering, drops duplicates, keeps the
 * latest for retransmission and passes them on to every sink. It exists from the peer's creation,
 * so that sinks can be connected before anything is negotiated.
 */
final class InboundTrack implements TrackSource {
  /** Two to ten seconds of video; audio needs enough to see duplicates. */
  private static final int VIDEO_HISTORY = 1024;

  private static final int AUDIO_HISTORY = 64;

  /** A stream that was silent this long may be replaced by another of the same payload type. */
  private static final long SSRC_CHANGE_AFTER = TimeUnit.MILLISECONDS.toNanos(500);

  private final MediaKind kind;
  private int clockRate;
  private final PacketHistory history;
  private final SenderClock clock;
  private final ReceptionStats stats;
  private final KeyFrameRequests keyFrames = new KeyFrameRequests();
  private final NackTracker nacks = new NackTracker();
  private final Fanout fanout;
  private NegotiatedMedia media;
  private SequenceUnwrapper unwrapper = new SequenceUnwrapper();
  private MediaFormat format;
  private boolean bound;
  private int ssrc;
  private long lastPacketAt;
  private long nacksSent;
  private long keyFrameRequestsSent;

  InboundTrack(MediaKind kind, BurstEnd bursts) {
    this.fanout = new Fanout(bursts);
    this.kind = kind;
    this.clockRate = kind == MediaKind.VIDEO ? 90_000 : 48_000;
    this.history = new PacketHistory(kind == MediaKind.VIDEO ? VIDEO_HISTORY : AUDIO_HISTORY);
    this.clock = new SenderClock(clockRate);
    this.stats = new ReceptionStats(clockRate);
  }

  /** From now on packets of this description are expected. */
  void negotiated(NegotiatedMedia agreed) {
    media = agreed;
  }

  /** Null before negotiation. */
  NegotiatedMedia media() {
    return media;
  }

  /**
   * Whether a packet of this SSRC belongs to the track. A new SSRC starts it anew, and so does a
   * codec with another clock, whose timestamps have nothing to do with those before.
   */
  boolean claim(int packetSsrc, MediaFormat packetFormat, long now) {
    boolean sameClock = packetFormat.codec().clockRate() == clockRate;
    if (bound && packetSsrc == ssrc && sameClock) {
      return true;
    }
    if (bound && packetSsrc != ssrc && now - lastPacketAt < SSRC_CHANGE_AFTER) {
      return false;
    }
    boolean again = bound;
    bound = true;
    ssrc = packetSsrc;
    clockRate = packetFormat.codec().clockRate();
    clock.reset(clockRate);
    stats.reset(clockRate);
    if (again) {
      fanout.flush(now);
      unwrapper = new SequenceUnwrapper();
      history.clear();
      nacks.reset();
      fanout.restart(this, now);
    }
    return true;
  }

  /** Whether it was stored: neither a duplicate nor too old. */
  boolean store(InboundPacket packet, boolean repaired) {
    long sequence = unwrapper.unwrap(packet.sequence);
    if (!history.isNew(sequence)) {
      return false;
    }
    if (sequence == unwrapper.highest()) {
      follow(packet.format, packet.now);
    }
    boolean keyFrameStart =
        kind == MediaKind.VIDEO
            && packet
                .format
                .codec()
                .startsKeyFrame(packet.data, packet.payloadOffset, packet.payloadLength);
    packet.stored =
        history.store(
            packet.format,
            sequence,
            packet.timestamp,
            packet.marker,
            keyFrameStart,
            packet.data,
            packet.payloadOffset,
            packet.payloadLength,
            packet.now);
    stats.onPacket(sequence, packet.timestamp, packet.length, packet.now, repaired);
    if (usesNack()) {
      nacks.onPacket(sequence);
    }
    if (keyFrameStart) {
      keyFrames.onKeyFrame();
    }
    lastPacketAt = packet.now;
    return true;
  }

  /** The newest packet tells what the sender uses; it may change its mind at any time. */
  private void follow(MediaFormat newest, long now) {
    if (newest != format) {
      boolean changed = format != null;
      format = newest;
      if (changed) {
        fanout.restart(this, now);
      }
    }
  }

  void forward(MediaPacket packet, long now) {
    fanout.add(packet, now);
  }

  private boolean usesNack() {
    return media != null && media.hasFeedback("nack");
  }

  /** See {@link NackTracker#due}. */
  int dueNacks(long now, long roundTrip, int[] out) {
    if (nacks.takeGaveUp()) {
      requestKeyFrame();
    }
    int count = nacks.due(now, roundTrip, out);
    if (count > 0) {
      nacksSent++;
    }
    return count;
  }

  /** Whether to ask the peer for a keyframe now. */
  boolean keyFrameDue(long now) {
    boolean due = bound && keyFrames.due(now);
    if (due) {
      keyFrameRequestsSent++;
    }
    return due;
  }

  @Override
  public MediaKind kind() {
    return kind;
  }

  @Override
  public int clockRate() {
    return clockRate;
  }

  /** The only ones that are negotiated. */
  @Override
  public MediaCodec codec() {
    return format == null ? null : format.codec();
  }

  @Override
  public void add(TrackSink sink) {
    fanout.add(sink, this);
  }

  @Override
  public void remove(TrackSink sink) {
    fanout.remove(sink, this);
  }

  void removeAll() {
    fanout.removeAll(this);
  }

  @Override
  public void requestKeyFrame() {
    if (kind == MediaKind.VIDEO) {
      keyFrames.request();
    }
  }

  @Override
  public MediaPacket find(long sequence, long now) {
    return history.find(sequence, now);
  }

  @Override
  public SenderClock clock() {
    return clock;
  }

  /** Whether packets have come: {@link #ssrc} means something. */
  boolean isBound() {
    return bound;
  }

  int ssrc() {
    return ssrc;
  }

  long lastPacketAt() {
    return lastPacketAt;
  }

  ReceptionStats stats() {
    return stats;
  }

  long nacksSent() {
    return nacksSent;
  }

  long keyFrameRequestsSent() {
    return keyFrameRequestsSent;
  }
}
