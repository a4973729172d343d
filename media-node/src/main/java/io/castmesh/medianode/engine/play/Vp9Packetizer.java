package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.container.VideoFormat;

/** RFC 9628 section 4.2 without layers: start, end, and whether other pictures are needed. */
final class Vp9Packetizer implements Packetizer {
  private static final int PREDICTED = 0x40;
  private static final int START = 0x08;
  private static final int END = 0x04;

  private final MediaFormat format;

  Vp9Packetizer(VideoFormat video) {
    byte[] configuration = video.configuration();
    int profile = configuration.length > 0 ? configuration[0] : 0;
    format = new MediaFormat(MediaCodec.VP9, "profile-id=" + profile);
  }

  @Override
  public void packetize(byte[] frame, boolean keyFrame, Output out) {
    Pieces.cut(
        0,
        frame.length,
        1,
        (at, size, first, last) -> {
          byte[] payload = new byte[1 + size];
          payload[0] = (byte) ((keyFrame ? 0 : PREDICTED) | (first ? START : 0) | (last ? END : 0));
          System.arraycopy(frame, at, payload, 1, size);
          out.packet(payload, last);
        });
  }

  @Override
  public MediaFormat format() {
    return format;
  }
}
