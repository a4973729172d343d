package io.castmesh.medianode.engine.codec;

import io.castmesh.medianode.engine.MediaKind;

/** A codec that passes through as it is. */
public enum MediaCodec {
  VP8(MediaKind.VIDEO, "VP8", 90_000),
  VP9(MediaKind.VIDEO, "VP9", 90_000),
  H264(MediaKind.VIDEO, "H264", 90_000),
  AV1(MediaKind.VIDEO, "AV1", 90_000),
  OPUS(MediaKind.AUDIO, "opus", 48_000),
  PCMU(MediaKind.AUDIO, "PCMU", 8_000),
  PCMA(MediaKind.AUDIO, "PCMA", 8_000);

  private final MediaKind kind;
  private final String rtpName;
  private final int clockRate;

  MediaCodec(MediaKind kind, String rtpName, int clockRate) {
    this.kind = kind;
    this.rtpName = rtpName;
    this.clockRate = clockRate;
  }

  public MediaKind kind() {
    return kind;
  }

  /** As in rtpmap; case does not matter there. */
  public String rtpName() {
    return rtpName;
  }

  /** Of its RTP timestamps, in hertz. */
  public int clockRate() {
    return clockRate;
  }
}
