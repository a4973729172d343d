package io.castmesh.medianode.engine.rtp;

/** The VP8 payload descriptor and what follows it (RFC 7741 section 4). */
public final class Vp8Payload {
  private Vp8Payload() {}

  /** Length of the descriptor; -1 when the payload is too short for what it announces. */
  public static int descriptorLength(byte[] data, int offset, int length) {
    if (length < 1) {
      return -1;
    }
    int at = offset + 1;
    int end = offset + length;
    if (data[offset] < 0) { // X
      if (at >= end) {
        return -1;
      }
      int flags = data[at++] & 0xFF;
      if ((flags & 0x80) != 0) { // I: picture id of 7 or 15 bits
        if (at >= end) {
          return -1;
        }
        at += data[at] < 0 ? 2 : 1;
      }
      if ((flags & 0x40) != 0) { // L
        at++;
      }
      if ((flags & 0x30) != 0) { // T or K share a byte
        at++;
      }
    }
    return at < end ? at - offset : -1;
  }

  /** Position of the picture id, relative to the offset; -1 when there is none. */
  public static int pictureIdAt(byte[] data, int offset, int length) {
    boolean there = length > 3 && data[offset] < 0 && (data[offset + 1] & 0x80) != 0;
    return there ? 2 : -1;
  }

  /** Position of TL0PICIDX, relative to the offset; -1 when there is none. */
  public static int baseLayerIndexAt(byte[] data, int offset, int length) {
    if (length < 2 || data[offset] >= 0 || (data[offset + 1] & 0x40) == 0) {
      return -1;
    }
    int at = 2 + pictureIdLength(data, offset, length);
    return at < length ? at : -1;
  }

  /** 0 without temporal layers. */
  public static int temporalLayer(byte[] data, int offset, int length) {
    int at = temporalAt(data, offset, length);
    return at < 0 ? 0 : (data[offset + at] & 0xC0) >>> 6;
  }

  /** Whether a picture uses the lowest layer only, so that one can begin with it (Y). */
  public static boolean isLayerSync(byte[] data, int offset, int length) {
    int at = temporalAt(data, offset, length);
    return at >= 0 && (data[offset + at] & 0x20) != 0;
  }

  private static int temporalAt(byte[] data, int offset, int length) {
    if (length < 2 || data[offset] >= 0 || (data[offset + 1] & 0x20) == 0) {
      return -1;
    }
    int at = 2 + pictureIdLength(data, offset, length) + ((data[offset + 1] & 0x40) != 0 ? 1 : 0);
    return at < length ? at : -1;
  }

  /** In bytes: 0, 1 or 2. */
  private static int pictureIdLength(byte[] data, int offset, int length) {
    if ((data[offset + 1] & 0x80) == 0 || length < 3) {
      return 0;
    }
    return data[offset + 2] < 0 ? 2 : 1;
  }

  /** Whether this packet holds the first bytes of a frame (S set, partition 0). */
  public static boolean startsFrame(byte[] data, int offset, int length) {
    return length > 0 && (data[offset] & 0x17) == 0x10;
  }

  /** Whether this packet starts a keyframe (RFC 6386 section 9.1: the P bit is 0). */
  public static boolean startsKeyFrame(byte[] data, int offset, int length) {
    if (!startsFrame(data, offset, length)) {
      return false;
    }
    int descriptor = descriptorLength(data, offset, length);
    return descriptor > 0 && (data[offset + descriptor] & 1) == 0;
  }

  /** Width in the first partition of a keyframe; 0 when it is not complete. */
  public static int width(byte[] frame, int offset, int length) {
    return dimension(frame, offset, length, 6);
  }

  /** Height, likewise. */
  public static int height(byte[] frame, int offset, int length) {
    return dimension(frame, offset, length, 8);
  }

  private static int dimension(byte[] frame, int offset, int length, int at) {
    boolean complete =
        length >= 10
            && (frame[offset] & 1) == 0
            && frame[offset + 3] == (byte) 0x9D
            && frame[offset + 4] == 0x01
            && frame[offset + 5] == 0x2A;
    if (!complete) {
      return 0;
    }
    return ((frame[offset + at + 1] & 0x3F) << 8) | (frame[offset + at] & 0xFF);
  }
}
