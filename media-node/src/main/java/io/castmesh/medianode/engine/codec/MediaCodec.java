package io.castmesh.medianode.engine.codec;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import java.util.Optional;

/**
 * The codecs that can be passed on, with what has to be known of each. Nothing is decoded: whatever
 * is not in here is forwarded blindly.
 */
public enum MediaCodec {
  VP8(MediaKind.VIDEO, "VP8", 90_000, 1, Vp8Payload::startsKeyFrame),
  VP9(MediaKind.VIDEO, "VP9", 90_000, 1, Vp9Payload::startsKeyFrame),
  H264(MediaKind.VIDEO, "H264", 90_000, 1, H264Payload::startsKeyFrame),
  AV1(MediaKind.VIDEO, "AV1", 90_000, 1, Av1Payload::startsKeyFrame),
  OPUS(MediaKind.AUDIO, "opus", 48_000, 2, MediaCodec::never),
  PCMU(MediaKind.AUDIO, "PCMU", 8_000, 1, MediaCodec::never),
  PCMA(MediaKind.AUDIO, "PCMA", 8_000, 1, MediaCodec::never);

  /** Looks into an RTP payload; stays within its bounds. */
  private interface PayloadTest {
    boolean test(byte[] data, int offset, int length);
  }

  private final MediaKind kind;
  private final String rtpName;
  private final int clockRate;
  private final int channels;
  private final PayloadTest keyFrameStart;

  MediaCodec(
      MediaKind kind, String rtpName, int clockRate, int channels, PayloadTest keyFrameStart) {
    this.kind = kind;
    this.rtpName = rtpName;
    this.clockRate = clockRate;
    this.channels = channels;
    this.keyFrameStart = keyFrameStart;
  }

  private static boolean never(byte[] data, int offset, int length) {
    return false;
  }

  public MediaKind kind() {
    return kind;
  }

  /** As in an rtpmap; letters of any case are meant. */
  public String rtpName() {
    return rtpName;
  }

  /** Of RTP timestamps, in Hz. */
  public int clockRate() {
    return clockRate;
  }

  /** What an rtpmap says, which for Opus is always 2 (RFC 7587 section 7). */
  public int channels() {
    return channels;
  }

  /** Whether this payload holds the first bytes of a picture that needs no other to be shown. */
  public boolean startsKeyFrame(byte[] data, int offset, int length) {
    return keyFrameStart.test(data, offset, length);
  }

  /** Which of the temporal layers a payload belongs to; 0 when there is one, or it is not known. */
  public int temporalLayer(byte[] data, int offset, int length) {
    return this == VP8 ? Vp8Payload.temporalLayer(data, offset, length) : 0;
  }

  /** The codec of an rtpmap; empty for one that we do not pass on. */
  public static Optional<MediaCodec> of(MediaKind kind, String rtpName, int clockRate) {
    for (MediaCodec codec : values()) {
      if (codec.kind == kind
          && codec.clockRate == clockRate
          && codec.rtpName.equalsIgnoreCase(rtpName)) {
        return Optional.of(codec);
      }
    }
    return Optional.empty();
  }
}
