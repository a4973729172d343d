package io.castmesh.medianode.engine.mp4;

import io.castmesh.medianode.engine.codec.MediaCodec;

/** What MP4 calls the codecs. */
public final class Mp4Codecs {
  private Mp4Codecs() {}

  /** Whether a file that browsers play can hold it: VP8 has a name in MP4, but no players. */
  public static boolean holds(MediaCodec codec) {
    return entry(codec) != null;
  }

  /**
   * The sample entry; null for what we do not write. An H.264 file says its parameter sets in
   * "avc1", where every player looks; they also stand before each keyframe, where they may change.
   */
  static String entry(MediaCodec codec) {
    return switch (codec) {
      case H264 -> "avc1";
      case VP9 -> "vp09";
      case AV1 -> "av01";
      case OPUS -> "Opus";
      case VP8, PCMU, PCMA -> null;
    };
  }

  /** The box in it that sets decoders up. */
  static String configuration(MediaCodec codec) {
    return switch (codec) {
      case H264 -> "avcC";
      case VP9 -> "vpcC";
      case AV1 -> "av1C";
      default -> throw new IllegalArgumentException(codec + " has none");
    };
  }

  /** Null for an entry that we cannot pass on. */
  static MediaCodec codec(String entry) {
    return switch (entry) {
      case "avc1", "avc3" -> MediaCodec.H264;
      case "vp09" -> MediaCodec.VP9;
      case "av01" -> MediaCodec.AV1;
      case "Opus" -> MediaCodec.OPUS;
      default -> null;
    };
  }
}
