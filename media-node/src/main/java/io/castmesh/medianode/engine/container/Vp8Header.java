package io.castmesh.medianode.engine.container;

import io.castmesh.medianode.engine.codec.MediaCodec;

/** The uncompressed start of a VP8 keyframe (RFC 6386 section 9.1). */
final class Vp8Header {
  private Vp8Header() {}

  static VideoFormat read(byte[] frame) {
    boolean complete =
        frame.length >= 10
            && (frame[0] & 1) == 0
            && frame[3] == (byte) 0x9D
            && frame[4] == 0x01
            && frame[5] == 0x2A;
    return complete
        ? new VideoFormat(MediaCodec.VP8, dimension(frame, 6), dimension(frame, 8), new byte[0])
        : null;
  }

  private static int dimension(byte[] frame, int at) {
    return (frame[at + 1] & 0x3F) << 8 | frame[at] & 0xFF;
  }
}
