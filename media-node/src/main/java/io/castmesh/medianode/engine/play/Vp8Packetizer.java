package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;

/** RFC 7741 section 4.2, with the shortest descriptor: only the start of a frame is marked. */
final class Vp8Packetizer implements Packetizer {
  private static final MediaFormat FORMAT = new MediaFormat(MediaCodec.VP8, "");
  private static final byte START = 0x10;

  @Override
  public void packetize(byte[] frame, boolean keyFrame, Output out) {
    Pieces.cut(
        0,
        frame.length,
        1,
        (at, size, first, last) -> {
          byte[] payload = new byte[1 + size];
          payload[0] = first ? START : 0;
          System.arraycopy(frame, at, payload, 1, size);
          out.packet(payload, last);
        });
  }

  @Override
  public MediaFormat format() {
    return FORMAT;
  }
}
