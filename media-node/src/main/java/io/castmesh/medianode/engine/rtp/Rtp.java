package io.castmesh.medianode.engine.rtp;

/** Fields of an RTP packet (RFC 3550 section 5.1) at an offset of a byte array. */
public final class Rtp {
  public static final int FIXED_HEADER = 12;
  private static final int VERSION_2 = 0x80;
  private static final int EXTENSION_FLAG = 0x10;
  private static final int PADDING_FLAG = 0x20;

  private Rtp() {}

  /** Whether the second byte is an RTCP packet type (RFC 5761 section 4). */
  public static boolean isRtcp(byte[] data, int offset, int length) {
    if (length < 2) {
      return false;
    }
    int type = data[offset + 1] & 0xFF;
    return type >= 192 && type <= 223;
  }

  /** Length of the header with CSRCs and extension; -1 when the packet is malformed. */
  public static int headerLength(byte[] data, int offset, int length) {
    if (length < FIXED_HEADER || (data[offset] & 0xC0) != VERSION_2) {
      return -1;
    }
    int header = FIXED_HEADER + 4 * (data[offset] & 0x0F);
    if ((data[offset] & EXTENSION_FLAG) != 0) {
      if (header + 4 > length) {
        return -1;
      }
      header += 4 + 4 * unsignedShort(data, offset + header + 2);
    }
    return header <= length ? header : -1;
  }

  public static int payloadType(byte[] data, int offset) {
    return data[offset + 1] & 0x7F;
  }

  public static boolean marker(byte[] data, int offset) {
    return data[offset + 1] < 0;
  }

  public static int sequence(byte[] data, int offset) {
    return unsignedShort(data, offset + 2);
  }

  public static int timestamp(byte[] data, int offset) {
    return getInt(data, offset + 4);
  }

  public static int ssrc(byte[] data, int offset) {
    return getInt(data, offset + 8);
  }

  /**
   * Bytes of padding at the end of a packet in clear; -1 when the count is impossible.
   *
   * @param headerLength from {@link #headerLength}
   */
  public static int paddingLength(byte[] data, int offset, int length, int headerLength) {
    if ((data[offset] & PADDING_FLAG) == 0) {
      return 0;
    }
    if (length <= headerLength) {
      return -1;
    }
    int padding = data[offset + length - 1] & 0xFF;
    return padding == 0 || padding > length - headerLength ? -1 : padding;
  }

  /** Writes a fixed header without CSRCs. */
  public static void writeHeader(
      byte[] out,
      int offset,
      boolean extension,
      boolean marker,
      int payloadType,
      int sequence,
      int timestamp,
      int ssrc) {
    out[offset] = (byte) (VERSION_2 | (extension ? EXTENSION_FLAG : 0));
    out[offset + 1] = (byte) ((marker ? 0x80 : 0) | payloadType);
    putShort(out, offset + 2, sequence);
    putInt(out, offset + 4, timestamp);
    putInt(out, offset + 8, ssrc);
  }

  /** The last byte of the payload counts the bytes of padding (RFC 3550 section 5.1). */
  public static void setPadding(byte[] packet, int offset) {
    packet[offset] |= PADDING_FLAG;
  }

  public static int unsignedShort(byte[] data, int at) {
    return (data[at] & 0xFF) << 8 | (data[at + 1] & 0xFF);
  }

  public static int getInt(byte[] data, int at) {
    return (data[at] & 0xFF) << 24
        | (data[at + 1] & 0xFF) << 16
        | (data[at + 2] & 0xFF) << 8
        | (data[at + 3] & 0xFF);
  }

  public static void putShort(byte[] data, int at, int value) {
    data[at] = (byte) (value >>> 8);
    data[at + 1] = (byte) value;
  }

  public static void putInt(byte[] data, int at, int value) {
    data[at] = (byte) (value >>> 24);
    data[at + 1] = (byte) (value >>> 16);
    data[at + 2] = (byte) (value >>> 8);
    data[at + 3] = (byte) value;
  }
}
