package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.codec.MediaCodec;

/** Makes frames, as files hold them, of the RTP payloads of one codec. Keeps nothing. */
interface Depacketizer {

  /** The packets of one frame, in order; none is missing. */
  interface Packets {
    int count();

    byte[] payload(int index);

    /** 0 for padding. */
    int length(int index);
  }

  /** Whether a frame may begin with this packet. */
  boolean startsFrame(byte[] payload, int length);

  /** Null for what is not a frame after all. */
  byte[] frame(Packets packets);

  static Depacketizer of(MediaCodec codec) {
    return switch (codec) {
      case VP8 -> new Vp8Depacketizer();
      case VP9 -> new Vp9Depacketizer();
      case H264 -> new H264Depacketizer();
      case AV1 -> new Av1Depacketizer();
      case OPUS, PCMU, PCMA -> throw new IllegalArgumentException(codec + " has no pictures");
    };
  }
}
