package io.castmesh.medianode.engine.container;

import io.castmesh.medianode.engine.codec.MediaCodec;

/** The uncompressed header of a VP9 keyframe (VP9 bitstream specification, section 6.2). */
final class Vp9Header {
  private static final int SYNC_CODE = 0x498342;
  private static final int SRGB = 7;

  private Vp9Header() {}

  static VideoFormat read(byte[] frame) {
    BitReader in = new BitReader(frame, 0, frame.length);
    if (in.bits(2) != 2) {
      return null;
    }
    int profile = in.bit() | in.bit() << 1;
    if (profile == 3) {
      in.skip(1);
    }
    boolean showExisting = in.flag();
    if (showExisting || in.flag()) {
      return null; // not a keyframe
    }
    in.skip(2);
    if (in.bits(24) != SYNC_CODE) {
      return null;
    }
    int depth = profile >= 2 ? (in.flag() ? 12 : 10) : 8;
    int colorSpace = in.bits(3);
    int subsampling = 1; // 4:2:0, collocated
    boolean fullRange = colorSpace == SRGB;
    if (colorSpace != SRGB) {
      fullRange = in.flag();
      if (profile == 1 || profile == 3) {
        subsampling = subsampling(in.bit(), in.bit());
        in.skip(1);
      }
    } else if (profile == 1 || profile == 3) {
      subsampling = 3;
      in.skip(1);
    }
    int width = in.bits(16) + 1;
    int height = in.bits(16) + 1;
    return new VideoFormat(
        MediaCodec.VP9,
        width,
        height,
        configuration(profile, level(width, height), depth, subsampling, fullRange));
  }

  private static int subsampling(int x, int y) {
    return x == 1 ? (y == 1 ? 1 : 2) : 3;
  }

  /** Any level that the picture fits into; decoders look at the picture. */
  private static int level(int width, int height) {
    int area = width * height;
    return area <= 552_960 ? 30 : area <= 983_040 ? 31 : area <= 2_228_224 ? 40 : 50;
  }

  /** VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding, section 2.2). */
  private static byte[] configuration(
      int profile, int level, int depth, int subsampling, boolean fullRange) {
    int packed = depth << 4 | subsampling << 1 | (fullRange ? 1 : 0);
    return new byte[] {(byte) profile, (byte) level, (byte) packed, 2, 2, 2, 0, 0};
  }
}
