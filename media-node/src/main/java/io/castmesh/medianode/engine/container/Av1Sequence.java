package io.castmesh.medianode.engine.container;

import io.castmesh.medianode.engine.codec.MediaCodec;
import java.util.Arrays;

/**
 * The sequence header that begins an AV1 keyframe (AV1 bitstream specification, section 5.5) and
 * the record that files begin with (AV1 in ISOBMFF, section 2.3).
 */
public final class Av1Sequence {
  /** OBU types (section 6.2.2). */
  public static final int SEQUENCE_HEADER = 1;

  public static final int TEMPORAL_DELIMITER = 2;
  public static final int TILE_LIST = 8;
  public static final int PADDING = 15;

  private static final int SRGB = 1;
  private static final int SRGB_TRANSFER = 13;

  private Av1Sequence() {}

  public static int type(int header) {
    return header >> 3 & 15;
  }

  /**
   * Reads a LEB128 number (section 4.10.5).
   *
   * @return the value in the low 32 bits, its length in bytes above; -1 when it is cut off
   */
  public static long leb128(byte[] data, int at, int end) {
    long value = 0;
    for (int i = 0; i < 5 && at + i < end; i++) {
      value |= (data[at + i] & 0x7FL) << (7 * i);
      if (data[at + i] >= 0) {
        return (i + 1L) << 32 | value & 0x7FFFFFFFL;
      }
    }
    return -1;
  }

  static VideoFormat read(byte[] frame) {
    int at = 0;
    while (at < frame.length) {
      int header = frame[at] & 0xFF;
      int start = at + ((header & 4) != 0 ? 2 : 1);
      if ((header & 2) == 0) {
        return null; // files hold sizes
      }
      long size = leb128(frame, start, frame.length);
      if (size < 0) {
        return null;
      }
      int content = start + (int) (size >> 32);
      int end = content + (int) size;
      if (end < content || end > frame.length) {
        return null;
      }
      if (type(header) == SEQUENCE_HEADER) {
        return parse(frame, content, (int) size, Arrays.copyOfRange(frame, at, end));
      }
      at = end;
    }
    return null;
  }

  private static VideoFormat parse(byte[] data, int offset, int length, byte[] unit) {
    BitReader in = new BitReader(data, offset, length);
    int profile = in.bits(3);
    in.skip(1);
    boolean reduced = in.flag();
    int level = 0;
    int tier = 0;
    if (reduced) {
      level = in.bits(5);
    } else {
      boolean decoderModel = false;
      int delayBits = 0;
      if (in.flag()) { // timing
        in.skip(64);
        if (in.flag()) {
          in.exponentialGolomb();
        }
        decoderModel = in.flag();
        if (decoderModel) {
          delayBits = in.bits(5) + 1;
          in.skip(32 + 10);
        }
      }
      boolean initialDelays = in.flag();
      int points = in.bits(5) + 1;
      for (int i = 0; i < points; i++) {
        in.skip(12);
        int pointLevel = in.bits(5);
        int pointTier = pointLevel > 7 ? in.bit() : 0;
        if (i == 0) {
          level = pointLevel;
          tier = pointTier;
        }
        if (decoderModel && in.flag()) {
          in.skip(2 * delayBits + 1);
        }
        if (initialDelays && in.flag()) {
          in.skip(4);
        }
      }
    }
    int widthBits = in.bits(4) + 1;
    int heightBits = in.bits(4) + 1;
    int width = in.bits(widthBits) + 1;
    int height = in.bits(heightBits) + 1;
    skipTools(in, reduced);
    int color = color(in, profile);
    byte[] record = new byte[4 + unit.length];
    record[0] = (byte) 0x81;
    record[1] = (byte) (profile << 5 | level);
    record[2] = (byte) (tier << 7 | color);
    System.arraycopy(unit, 0, record, 4, unit.length);
    return new VideoFormat(MediaCodec.AV1, width, height, record);
  }

  /** Everything between the size of the picture and its colours. */
  private static void skipTools(BitReader in, boolean reduced) {
    if (!reduced && in.flag()) { // frame ids
      in.skip(7);
    }
    in.skip(3);
    if (reduced) {
      in.skip(3);
      return;
    }
    in.skip(4);
    boolean orderHint = in.flag();
    if (orderHint) {
      in.skip(2);
    }
    int screenContent = in.flag() ? 2 : in.bit();
    boolean chooseIntegerVectors = screenContent > 0 && in.flag();
    if (screenContent > 0 && !chooseIntegerVectors) {
      in.skip(1);
    }
    if (orderHint) {
      in.skip(3);
    }
    in.skip(3);
  }

  /** color_config (section 5.5.2) as the lower bits of the record's third byte. */
  private static int color(BitReader in, int profile) {
    boolean high = in.flag();
    boolean twelve = profile == 2 && high && in.flag();
    boolean mono = profile != 1 && in.flag();
    int primaries = 2;
    int transfer = 2;
    int matrix = 2;
    if (in.flag()) {
      primaries = in.bits(8);
      transfer = in.bits(8);
      matrix = in.bits(8);
    }
    int x = 1;
    int y = 1;
    int position = 0;
    boolean srgb = primaries == SRGB && transfer == SRGB_TRANSFER && matrix == 0;
    if (!mono && !srgb) {
      in.skip(1);
      if (profile == 1) {
        x = 0;
        y = 0;
      } else if (profile == 2) {
        x = twelve ? in.bit() : 1;
        y = twelve && x == 1 ? in.bit() : 0;
      }
      position = x == 1 && y == 1 ? in.bits(2) : 0;
    } else if (srgb) {
      x = 0;
      y = 0;
    }
    return (high ? 64 : 0) | (twelve ? 32 : 0) | (mono ? 16 : 0) | x << 3 | y << 2 | position;
  }
}
