package io.castmesh.medianode.engine.container;

import io.castmesh.medianode.engine.codec.H264Payload;
import io.castmesh.medianode.engine.codec.MediaCodec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The parameter sets that stand before an H.264 keyframe (ITU-T H.264 section 7.3.2) and the record
 * that files begin with (ISO/IEC 14496-15 section 5.3.3).
 */
public final class H264Parameters {
  private static final int MAX_SETS = 31;

  private H264Parameters() {}

  /** The NAL units of a frame with four bytes of length before each. */
  public static List<byte[]> units(byte[] frame) {
    List<byte[]> units = new ArrayList<>();
    for (int at = 0; at + 4 < frame.length; ) {
      int length =
          (frame[at] & 0xFF) << 24
              | (frame[at + 1] & 0xFF) << 16
              | (frame[at + 2] & 0xFF) << 8
              | frame[at + 3] & 0xFF;
      if (length <= 0 || length > frame.length - at - 4) {
        throw new IndexOutOfBoundsException("a NAL unit is cut off");
      }
      units.add(Arrays.copyOfRange(frame, at + 4, at + 4 + length));
      at += 4 + length;
    }
    return units;
  }

  /** The parameter sets of a file's record; empty when it is damaged. */
  public static List<byte[]> sets(byte[] record) {
    List<byte[]> sets = new ArrayList<>();
    int at = 5;
    for (int mask : new int[] {0x1F, 0xFF}) {
      int count = at < record.length ? record[at++] & mask : 0;
      for (int i = 0; i < count; i++) {
        int length = at + 2 <= record.length ? (record[at] & 0xFF) << 8 | record[at + 1] & 0xFF : 0;
        at += 2;
        if (length == 0 || at + length > record.length) {
          return List.of();
        }
        sets.add(Arrays.copyOfRange(record, at, at + length));
        at += length;
      }
    }
    return sets;
  }

  static VideoFormat read(byte[] frame) {
    List<byte[]> sps = new ArrayList<>();
    List<byte[]> pps = new ArrayList<>();
    for (byte[] unit : units(frame)) {
      int type = H264Payload.type(unit[0]);
      if (type == H264Payload.SEQUENCE_PARAMETERS && sps.size() < MAX_SETS) {
        sps.add(unit);
      } else if (type == H264Payload.PICTURE_PARAMETERS && pps.size() < MAX_SETS) {
        pps.add(unit);
      }
    }
    if (sps.isEmpty() || pps.isEmpty()) {
      return null;
    }
    int[] size = size(sps.get(0));
    return new VideoFormat(MediaCodec.H264, size[0], size[1], configuration(sps, pps));
  }

  private static byte[] configuration(List<byte[]> sps, List<byte[]> pps) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(1);
    out.write(sps.get(0), 1, 3); // profile, constraints, level
    out.write(0xFC | 3); // four bytes of length
    out.write(0xE0 | sps.size());
    sets(out, sps);
    out.write(pps.size());
    sets(out, pps);
    return out.toByteArray();
  }

  private static void sets(ByteArrayOutputStream out, List<byte[]> sets) {
    for (byte[] set : sets) {
      out.write(set.length >> 8);
      out.write(set.length);
      out.writeBytes(set);
    }
  }

  /** Width and height of the picture that is shown (section 7.3.2.1.1). */
  private static int[] size(byte[] unit) {
    byte[] sps = withoutEmulation(unit);
    BitReader in = new BitReader(sps, 1, sps.length - 1);
    int profile = in.bits(8);
    in.skip(16);
    in.exponentialGolomb();
    int chroma = hasChroma(profile) ? chroma(in) : 1;
    in.exponentialGolomb();
    pictureOrder(in);
    in.exponentialGolomb();
    in.skip(1);
    int width = (in.exponentialGolomb() + 1) * 16;
    int mapUnits = in.exponentialGolomb() + 1;
    int fields = in.flag() ? 1 : 2;
    if (fields == 2) {
      in.skip(1);
    }
    int height = mapUnits * 16 * fields;
    in.skip(1);
    if (in.flag()) {
      int unitX = chroma == 1 || chroma == 2 ? 2 : 1;
      int unitY = (chroma == 1 ? 2 : 1) * fields;
      width -= (in.exponentialGolomb() + in.exponentialGolomb()) * unitX;
      height -= (in.exponentialGolomb() + in.exponentialGolomb()) * unitY;
    }
    return new int[] {width, height};
  }

  private static boolean hasChroma(int profile) {
    return switch (profile) {
      case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 -> true;
      default -> false;
    };
  }

  private static int chroma(BitReader in) {
    int chroma = in.exponentialGolomb();
    if (chroma == 3) {
      in.skip(1);
    }
    in.exponentialGolomb();
    in.exponentialGolomb();
    in.skip(1);
    if (in.flag()) {
      for (int i = 0; i < (chroma == 3 ? 12 : 8); i++) {
        if (in.flag()) {
          scalingList(in, i < 6 ? 16 : 64);
        }
      }
    }
    return chroma;
  }

  private static void scalingList(BitReader in, int size) {
    int next = 8;
    for (int i = 0, last = 8; i < size && next != 0; i++) {
      next = last + in.signedExponentialGolomb() & 0xFF;
      last = next == 0 ? last : next;
    }
  }

  private static void pictureOrder(BitReader in) {
    int type = in.exponentialGolomb();
    if (type == 0) {
      in.exponentialGolomb();
    } else if (type == 1) {
      in.skip(1);
      in.signedExponentialGolomb();
      in.signedExponentialGolomb();
      int count = in.exponentialGolomb();
      for (int i = 0; i < count; i++) {
        in.signedExponentialGolomb();
      }
    }
  }

  /** Takes out the bytes that keep start codes from appearing (section 7.4.1). */
  private static byte[] withoutEmulation(byte[] unit) {
    byte[] out = new byte[unit.length];
    int length = 0;
    int zeros = 0;
    for (byte value : unit) {
      if (zeros >= 2 && value == 3) {
        zeros = 0;
        continue;
      }
      zeros = value == 0 ? zeros + 1 : 0;
      out[length++] = value;
    }
    return Arrays.copyOf(out, length);
  }
}
