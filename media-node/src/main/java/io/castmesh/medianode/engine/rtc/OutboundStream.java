package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.TrackSource;

/**
 * Which packets of a source make up the stream to one peer, and under which numbers: sequence
 * numbers, timestamps and picture ids go on without a break, whatever source and layer they come
 * from. Video begins with a keyframe, after every change again. Owned by the loop.
 *
 * <p>A gap in the source stays a gap: when the missing packet is recovered, it still fits.
 */
final class OutboundStream {
  private static final int NO_LAYER = -1;

  private final MediaKind kind;
  private final StreamNumbering numbering = new StreamNumbering();
  private final Vp8Rewriter pictures = new Vp8Rewriter();

  /** The layer that is being sent; none until a keyframe comes. */
  private int layer = NO_LAYER;

  private int temporalLayer;

  /** Of the source, in that layer. */
  private long highestSeen;

  private int lastSourceTimestamp;
  private int leftOutPicture = -1;
  private long highestSent;
  private int lastTimestamp;
  private long lastSentAt;

  /**
   * @param firstSequence of our numbering; below 2^15, so that nobody mistakes an early loss for a
   *     wrap-around
   */
  OutboundStream(MediaKind kind, int firstSequence, int firstTimestamp) {
    this.kind = kind;
    this.highestSent = firstSequence;
    this.lastTimestamp = firstTimestamp;
  }

  /** Another source: what was sent of the one before cannot be repeated. */
  void clear() {
    stop();
    numbering.clear();
  }

  /** Nothing is sent until a keyframe comes. */
  void stop() {
    layer = NO_LAYER;
  }

  boolean isRunning() {
    return layer != NO_LAYER;
  }

  /** Of the source; only while it is running. */
  int layer() {
    return layer;
  }

  /** Begins with a keyframe of the chosen layer, and changes to another one at its keyframe. */
  boolean synchronise(OutboundPacket p, LayerChoice choice) {
    MediaPacket s = p.source;
    if (layer == s.layer()) {
      return true;
    }
    boolean chosen = s.layer() == choice.layer() && !choice.isPaused();
    if (!chosen) {
      return isRunning(); // it may be a recovered packet of the layer before
    }
    if (kind == MediaKind.VIDEO && !s.keyFrameStart()) {
      return false;
    }
    begin(s, s, choice, p.now);
    return true;
  }

  /**
   * Begins with a keyframe.
   *
   * @param s its first packet
   * @param newest the last one that is there already: what comes up to it is in the past
   */
  void begin(MediaPacket s, MediaPacket newest, LayerChoice choice, long now) {
    layer = s.layer();
    temporalLayer = choice.temporal();
    highestSeen = s.sequence() - 1;
    long elapsed = lastSentAt == 0 ? 0 : now - lastSentAt;
    int clockRate = s.format().codec().clockRate();
    int step = Math.max(1, (int) (elapsed / 1_000 * clockRate / 1_000_000));
    int past = newest.timestamp() - s.timestamp();
    int shortening = StreamNumbering.shortening(past);
    numbering.begin(
        layer,
        s.sequence(),
        highestSent + 1,
        lastTimestamp + step + past / shortening - newest.timestamp(),
        pictures.pictureOffset(s),
        pictures.baseLayerOffset(s));
    numbering.past(newest.sequence(), newest.timestamp(), shortening);
  }

  /** Leaves out pictures of the higher temporal layers when there is not enough bandwidth. */
  boolean thinOut(OutboundPacket p, LayerChoice choice) {
    MediaPacket s = p.source;
    if (s.layer() == layer && s.sequence() > highestSeen) {
      highestSeen = s.sequence();
      boolean samePicture = s.timestamp() == lastSourceTimestamp;
      if (!samePicture) {
        followTemporalChoice(s, choice.temporal());
      }
      int picture = Vp8Rewriter.pictureId(s);
      if (s.temporalLayer() > temporalLayer && picture >= 0 && !samePicture) {
        numbering.leaveOut(s.sequence(), picture != leftOutPicture);
        leftOutPicture = picture;
        return false;
      }
      lastSourceTimestamp = s.timestamp();
      leftOutPicture = -1;
    }
    p.entry = numbering.ofSource(s.layer(), s.sequence());
    return p.entry >= 0;
  }

  /** Fewer at once; more from a picture on that needs none of those left out (RFC 7741, Y). */
  private void followTemporalChoice(MediaPacket s, int wanted) {
    if (wanted < temporalLayer) {
      temporalLayer = wanted;
    } else if (s.temporalLayer() > temporalLayer
        && s.temporalLayer() <= wanted
        && (s.format().codec() != MediaCodec.VP8
            || Vp8Payload.isLayerSync(s.payload(), 0, s.length()))) {
      temporalLayer = s.temporalLayer();
    }
  }

  /** Gives the packet its place in the stream. */
  boolean renumber(OutboundPacket p) {
    p.sequence = numbering.out(p.entry, p.source.sequence());
    fill(p);
    return true;
  }

  /** What is sent of a packet, at first and when it is repeated: the same bits. */
  private void fill(OutboundPacket p) {
    MediaPacket s = p.source;
    int pictureOffset = numbering.pictureOffset(p.entry);
    int baseLayerOffset = numbering.baseLayerOffset(p.entry);
    p.timestamp = numbering.timestamp(p.entry, s.sequence(), s.timestamp());
    p.payload = s.payload();
    if ((pictureOffset | baseLayerOffset) != 0 && s.length() > 0) {
      System.arraycopy(s.payload(), 0, p.copy, 0, s.wireLength());
      Vp8Rewriter.rewrite(s, p.copy, pictureOffset, baseLayerOffset);
      p.payload = p.copy;
    }
  }

  void onSent(OutboundPacket p) {
    if (p.sequence > highestSent) {
      highestSent = p.sequence;
      lastTimestamp = p.timestamp;
      pictures.onSent(
          p.source, numbering.pictureOffset(p.entry), numbering.baseLayerOffset(p.entry));
    }
    lastSentAt = p.now;
  }

  /** The packet with these lower 16 bits that was sent last. */
  long unwrap(int sequence) {
    return highestSent + (short) (sequence - (int) highestSent);
  }

  /** Puts a packet of the stream that went by lately into {@code p}, as it was sent. */
  boolean find(long sequence, TrackSource source, OutboundPacket p, long now) {
    int entry = sequence > highestSent ? -1 : numbering.ofOut(sequence);
    if (entry < 0) {
      return false;
    }
    MediaPacket found = source.find(numbering.layer(entry), numbering.source(entry, sequence), now);
    if (found == null) {
      return false;
    }
    p.source = found;
    p.now = now;
    p.entry = entry;
    p.sequence = sequence;
    fill(p);
    return true;
  }

  /** How a sender report names the time at which something was captured, on the source's clock. */
  int timestampOf(int sourceTimestamp) {
    return sourceTimestamp + numbering.timestampOffset(numbering.ofOut(highestSent));
  }

  /** Whether {@link #timestampOf} means something. */
  boolean hasTimestamps() {
    return isRunning() && numbering.ofOut(highestSent) >= 0;
  }

  long highestSent() {
    return highestSent;
  }

  /** 0 before the first packet. */
  long lastSentAt() {
    return lastSentAt;
  }
}
