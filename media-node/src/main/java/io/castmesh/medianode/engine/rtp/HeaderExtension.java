package io.castmesh.medianode.engine.rtp;

/** Header extensions (RFC 8285), one-byte and two-byte form. */
public final class HeaderExtension {
  public static final String MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
  public static final String STREAM_ID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
  public static final String REPAIRED_STREAM_ID =
      "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
  public static final String TRANSPORT_CC =
      "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
  public static final String ABS_SEND_TIME =
      "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

  /** What {@link #find} returns when the extension is not there. */
  public static final long ABSENT = -1;

  private static final int ONE_BYTE = 0xBEDE;
  private static final int TWO_BYTE = 0x1000;

  private HeaderExtension() {}

  /**
   * Finds an element.
   *
   * @param headerLength from {@link Rtp#headerLength}: the bounds were checked there
   * @param id 1 to 14 (one-byte form) or 255; 0 finds nothing
   * @return its position and length, for {@link #position} and {@link #length}; or {@link #ABSENT}
   */
  public static long find(byte[] data, int offset, int headerLength, int id) {
    if (id <= 0 || (data[offset] & 0x10) == 0) {
      return ABSENT;
    }
    int start = offset + Rtp.FIXED_HEADER + 4 * (data[offset] & 0x0F);
    int end = offset + headerLength;
    int profile = Rtp.unsignedShort(data, start);
    int at = start + 4;
    if (profile == ONE_BYTE) {
      return findOneByte(data, at, end, id);
    }
    return (profile & 0xFFF0) == TWO_BYTE ? findTwoByte(data, at, end, id) : ABSENT;
  }

  private static long findOneByte(byte[] data, int start, int end, int id) {
    int at = start;
    while (at < end) {
      int element = (data[at] & 0xFF) >>> 4;
      if (element == 15) {
        return ABSENT; // reserved: stop reading (section 4.2)
      }
      if (element == 0) {
        at++; // padding
        continue;
      }
      int length = (data[at] & 0x0F) + 1;
      if (at + 1 + length > end) {
        return ABSENT;
      }
      if (element == id) {
        return pack(at + 1, length);
      }
      at += 1 + length;
    }
    return ABSENT;
  }

  private static long findTwoByte(byte[] data, int start, int end, int id) {
    int at = start;
    while (at < end) {
      int element = data[at] & 0xFF;
      if (element == 0) {
        at++;
        continue;
      }
      if (at + 2 > end) {
        return ABSENT;
      }
      int length = data[at + 1] & 0xFF;
      if (at + 2 + length > end) {
        return ABSENT;
      }
      if (element == id) {
        return pack(at + 2, length);
      }
      at += 2 + length;
    }
    return ABSENT;
  }

  private static long pack(int position, int length) {
    return (long) position << 16 | length;
  }

  public static int position(long found) {
    return (int) (found >>> 16);
  }

  public static int length(long found) {
    return (int) found & 0xFFFF;
  }

  /**
   * Writes one element in one-byte form behind a fixed header.
   *
   * @return length of the extension block, a multiple of four
   */
  public static int write(byte[] out, int offset, int id, byte[] value) {
    int words = (1 + value.length + 3) / 4;
    Rtp.putShort(out, offset, ONE_BYTE);
    Rtp.putShort(out, offset + 2, words);
    out[offset + 4] = (byte) (id << 4 | (value.length - 1));
    System.arraycopy(value, 0, out, offset + 5, value.length);
    for (int i = offset + 5 + value.length; i < offset + 4 + 4 * words; i++) {
      out[i] = 0;
    }
    return 4 + 4 * words;
  }
}
