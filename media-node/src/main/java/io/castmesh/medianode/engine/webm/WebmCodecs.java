package io.castmesh.medianode.engine.webm;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.VideoFormat;

/** What Matroska calls the codecs (Matroska codec specifications). */
public final class WebmCodecs {
  private WebmCodecs() {}

  /** Whether a file can hold it, under whichever name. */
  public static boolean holds(MediaCodec codec) {
    return id(codec) != null;
  }

  /** Whether WebM allows it: the rest of Matroska plays in most, but not in all browsers. */
  static boolean inWebm(MediaCodec codec) {
    return codec != MediaCodec.H264;
  }

  /** Null for what we do not write. */
  static String id(MediaCodec codec) {
    return switch (codec) {
      case VP8 -> "V_VP8";
      case VP9 -> "V_VP9";
      case AV1 -> "V_AV1";
      case H264 -> "V_MPEG4/ISO/AVC";
      case OPUS -> "A_OPUS";
      case PCMU, PCMA -> null;
    };
  }

  /** Null for an id that we cannot pass on. */
  static MediaCodec codec(String id) {
    for (MediaCodec codec : MediaCodec.values()) {
      if (id.equals(id(codec))) {
        return codec;
      }
    }
    return null;
  }

  /** VP9 in WebM has another form of it, which nobody needs. */
  static boolean hasPrivate(VideoFormat video) {
    return video.codec() == MediaCodec.AV1 || video.codec() == MediaCodec.H264;
  }
}
