package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.container.VideoFormat;

/** Cuts the frames of one codec into RTP payloads. Belongs to one track. */
interface Packetizer {
  /** Leaves room for headers and ciphers on any path that passes 1280 bytes. */
  int MAX_PAYLOAD = 1160;

  /** Takes the payloads of one frame, in order. */
  interface Output {
    /**
     * @param payload handed over
     * @param last of this frame
     */
    void packet(byte[] payload, boolean last);
  }

  void packetize(byte[] frame, boolean keyFrame, Output out);

  /** What viewers have to understand. */
  MediaFormat format();

  static Packetizer of(VideoFormat video) {
    return switch (video.codec()) {
      case VP8 -> new Vp8Packetizer();
      case VP9 -> new Vp9Packetizer(video);
      case H264 -> new H264Packetizer(video);
      case AV1 -> new Av1Packetizer(video);
      case OPUS, PCMU, PCMA -> throw new IllegalArgumentException(video.codec() + " is no video");
    };
  }
}
