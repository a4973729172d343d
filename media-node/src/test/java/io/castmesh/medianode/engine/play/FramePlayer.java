package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;

/** Cuts any bytes into packets, as if a file held them for a frame. */
public final class FramePlayer {
  private FramePlayer() {}

  /** How many bytes of payload come of it. */
  public static long play(MediaCodec codec, byte[] frame) {
    VideoFormat video =
        VideoFormat.of(new MediaFrame(codec, 0, true, frame))
            .orElseGet(() -> new VideoFormat(codec, 640, 360, new byte[0]));
    long[] bytes = new long[1];
    Packetizer.of(video)
        .packetize(
            frame,
            true,
            (payload, last) -> {
              if (payload.length > Packetizer.MAX_PAYLOAD) {
                throw new IllegalStateException("too large for a packet: " + payload.length);
              }
              bytes[0] += payload.length;
            });
    return bytes[0];
  }
}
