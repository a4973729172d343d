package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtp.SequenceUnwrapper;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.KeyFrameRequests;
import io.castmesh.medianode.engine.track.LayerRates;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketHistory;
import io.castmesh.medianode.engine.track.SenderClock;
import java.util.concurrent.TimeUnit;

/**
 * One RTP stream of a peer: brings its packets into one numbering, drops duplicates, asks for what
 * is missing and keeps the latest for retransmission. A track has one, or one for each layer of a
 * simulcast. Owned by the loop.
 */
final class InboundStream {
  /** Two to ten seconds of video; audio needs enough to see duplicates. */
  private static final int VIDEO_HISTORY = 1024;

  private static final int AUDIO_HISTORY = 64;

  /** A stream that was silent this long may be replaced by another of the same payload type. */
  private static final long SSRC_CHANGE_AFTER = TimeUnit.MILLISECONDS.toNanos(500);

  /** What {@link #claim} says. */
  enum Claim {
    REFUSED,
    KNOWN,
    /** What follows has nothing to do with what came before. */
    ANEW
  }

  private final MediaKind kind;
  private final int layer;
  private final PacketHistory history;
  private final SenderClock clock;
  private final ReceptionStats stats;
  private final LayerRates rates = new LayerRates();
  private final KeyFrameRequests keyFrames = new KeyFrameRequests();
  private final NackTracker nacks = new NackTracker();
  private SequenceUnwrapper unwrapper = new SequenceUnwrapper();
  private MediaFormat format;
  private int clockRate;
  private long clockOffset;
  private boolean bound;
  private int ssrc;
  private int rtxSsrc;
  private long lastPacketAt;
  private long nacksSent;
  private long keyFrameRequestsSent;

  /**
   * @param clockRate until packets tell of another one
   */
  InboundStream(MediaKind kind, int layer, int clockRate) {
    this.kind = kind;
    this.layer = layer;
    this.clockRate = clockRate;
    this.history =
        new PacketHistory(kind == MediaKind.VIDEO ? VIDEO_HISTORY : AUDIO_HISTORY, layer);
    this.clock = new SenderClock(clockRate);
    this.stats = new ReceptionStats(clockRate);
  }

  /** Whether a packet follows those before, as nearly every one does. */
  boolean isContinuedBy(InboundPacket packet) {
    return bound
        && packet.ssrc == ssrc
        && packet.format.codec().clockRate() == clockRate
        && !(isSilent(packet.now) && isLongPast(packet.sequence));
  }

  private boolean isSilent(long now) {
    return now - lastPacketAt >= SSRC_CHANGE_AFTER;
  }

  /** So old that nothing could be done with it. */
  private boolean isLongPast(int sequence) {
    long highest = unwrapper.highest();
    return highest >= 0 && (short) (sequence - (int) highest) <= -2 * history.size();
  }

  /**
   * Whether a packet belongs to the stream. A new SSRC starts it anew, and so does a codec with
   * another clock, whose timestamps have nothing to do with those before, and a sender that comes
   * back under its SSRC and counts from elsewhere: it was restarted.
   */
  Claim claim(InboundPacket packet) {
    if (isContinuedBy(packet)) {
      return Claim.KNOWN;
    }
    if (bound && packet.ssrc != ssrc && !isSilent(packet.now)) {
      return Claim.REFUSED;
    }
    boolean again = bound;
    bound = true;
    ssrc = packet.ssrc;
    clockRate = packet.format.codec().clockRate();
    clock.reset(clockRate);
    stats.reset(clockRate);
    if (again) {
      unwrapper = new SequenceUnwrapper();
      history.clear();
      nacks.reset();
    }
    return again ? Claim.ANEW : Claim.KNOWN;
  }

  /**
   * Whether it was stored: neither a duplicate nor too old.
   *
   * @param useNack whether the sender repeats what it is asked for
   */
  boolean store(InboundPacket packet, boolean useNack) {
    long sequence = unwrapper.unwrap(packet.sequence);
    if (!history.isNew(sequence)) {
      return false;
    }
    packet.formatChanged = sequence == unwrapper.highest() && follow(packet.format);
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
    stats.onPacket(sequence, packet.timestamp, packet.length, packet.now, packet.retransmission);
    if (kind == MediaKind.VIDEO) {
      rates.onPacket(packet.stored, packet.now);
    }
    if (useNack) {
      nacks.onPacket(sequence, packet.retransmission, packet.now);
    }
    if (keyFrameStart) {
      keyFrames.onKeyFrame();
    }
    if (isSilent(packet.now)) {
      keyFrames.onReturn();
    }
    lastPacketAt = packet.now;
    return true;
  }

  /** The newest packet tells what the sender uses; it may change its mind at any time. */
  private boolean follow(MediaFormat newest) {
    boolean changed = format != null && newest != format;
    format = newest;
    return changed;
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

  /** How long a repetition took lately, from asking to its arrival; 0 while unknown. */
  long repairTime() {
    return nacks.repairTime();
  }

  void requestKeyFrame() {
    if (kind == MediaKind.VIDEO) {
      keyFrames.request();
    }
  }

  /** Whether to ask the peer for a keyframe now. */
  boolean keyFrameDue(long now) {
    boolean due = bound && keyFrames.due(now);
    if (due) {
      keyFrameRequestsSent++;
    }
    return due;
  }

  MediaPacket find(long sequence, long now) {
    return history.find(sequence, now);
  }

  long joinAt(JoinLimits limits, long now) {
    return history.joinAt(limits, now);
  }

  long newest() {
    return history.newest();
  }

  /** Retransmissions of this stream come under this SSRC. */
  void repairedBy(int ssrcOfRepairs) {
    rtxSsrc = ssrcOfRepairs;
  }

  int rtxSsrc() {
    return rtxSsrc;
  }

  /**
   * What is to be added to the times of its reports, from the first one on.
   *
   * @param offset in microseconds
   */
  void clockOffset(long offset) {
    clockOffset = offset;
  }

  long clockOffset() {
    return clockOffset;
  }

  SenderClock clock() {
    return clock;
  }

  int clockRate() {
    return clockRate;
  }

  int layer() {
    return layer;
  }

  /** Null before the first packet. */
  MediaFormat format() {
    return format;
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

  LayerRates rates() {
    return rates;
  }

  long nacksSent() {
    return nacksSent;
  }

  long keyFrameRequestsSent() {
    return keyFrameRequestsSent;
  }
}
