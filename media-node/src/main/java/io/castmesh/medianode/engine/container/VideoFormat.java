package io.castmesh.medianode.engine.container;

import io.castmesh.medianode.engine.codec.MediaCodec;
import java.util.Optional;

/**
 * What a file says about its video track.
 *
 * @param width in pixels
 * @param configuration what decoders are set up with, as Matroska's CodecPrivate and MP4's boxes
 *     hold it (av1C, avcC, vpcC); empty for VP8
 */
@SuppressWarnings("ArrayRecordComponent") // written, never compared
public record VideoFormat(MediaCodec codec, int width, int height, byte[] configuration) {

  /** Reads a keyframe; empty when it does not say enough to begin a file with it. */
  public static Optional<VideoFormat> of(MediaFrame keyFrame) {
    byte[] data = keyFrame.data();
    try {
      VideoFormat format =
          switch (keyFrame.codec()) {
            case VP8 -> Vp8Header.read(data);
            case VP9 -> Vp9Header.read(data);
            case H264 -> H264Parameters.read(data);
            case AV1 -> Av1Sequence.read(data);
            case OPUS, PCMU, PCMA -> null;
          };
      boolean usable = format != null && format.width() > 0 && format.height() > 0;
      return usable ? Optional.of(format) : Optional.empty();
    } catch (IndexOutOfBoundsException truncated) {
      return Optional.empty();
    }
  }
}
