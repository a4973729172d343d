package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;

/** RFC 7587 section 4.2: an Opus packet is a payload. */
final class OpusPacketizer implements Packetizer {
  private static final MediaFormat FORMAT = new MediaFormat(MediaCodec.OPUS, "");

  /**
   * The length of the largest Opus packet (RFC 6716 section 3.4), above what one datagram takes.
   */
  private static final int MAX = 1275;

  @Override
  public void packetize(byte[] frame, boolean keyFrame, Output out) {
    if (frame.length > 0 && frame.length <= MAX) {
      out.packet(frame, false);
    }
  }

  @Override
  public MediaFormat format() {
    return FORMAT;
  }
}
