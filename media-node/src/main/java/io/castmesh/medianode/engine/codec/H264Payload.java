package io.castmesh.medianode.engine.codec;

import io.castmesh.medianode.engine.rtp.Rtp;

/** H.264 NAL units in RTP: alone, aggregated or in fragments (RFC 6184 section 5). */
public final class H264Payload {
  public static final int IDR_SLICE = 5;
  public static final int SEQUENCE_PARAMETERS = 7;
  public static final int PICTURE_PARAMETERS = 8;

  /** Several NAL units in one packet, each behind its length (section 5.7.1). */
  public static final int STAP_A = 24;

  /** A piece of a NAL unit (section 5.8). */
  public static final int FU_A = 28;

  private H264Payload() {}

  /** The type of a NAL unit, or of the packet's own format, from its first byte. */
  public static int type(byte first) {
    return first & 0x1F;
  }

  /**
   * Whether this packet holds the sequence parameters that a decoder begins with. Senders repeat
   * them before each IDR picture; a picture whose parameters were told only once, long ago, would
   * help nobody who joins now.
   */
  public static boolean startsKeyFrame(byte[] data, int offset, int length) {
    if (length < 2) {
      return false;
    }
    return switch (type(data[offset])) {
      case SEQUENCE_PARAMETERS -> true;
      case STAP_A -> aggregateHas(SEQUENCE_PARAMETERS, data, offset, length);
      case FU_A -> isStart(data[offset + 1]) && type(data[offset + 1]) == SEQUENCE_PARAMETERS;
      default -> false;
    };
  }

  /** Whether this packet holds the beginning of an IDR slice. */
  public static boolean startsIdrSlice(byte[] data, int offset, int length) {
    if (length < 2) {
      return false;
    }
    return switch (type(data[offset])) {
      case IDR_SLICE -> true;
      case STAP_A -> aggregateHas(IDR_SLICE, data, offset, length);
      case FU_A -> isStart(data[offset + 1]) && type(data[offset + 1]) == IDR_SLICE;
      default -> false;
    };
  }

  private static boolean isStart(byte fragmentHeader) {
    return fragmentHeader < 0;
  }

  private static boolean aggregateHas(int type, byte[] data, int offset, int length) {
    int end = offset + length;
    int at = offset + 1;
    while (at + 2 < end) {
      int size = Rtp.unsignedShort(data, at);
      if (size == 0 || at + 2 + size > end) {
        return false;
      }
      if (type(data[at + 2]) == type) {
        return true;
      }
      at += 2 + size;
    }
    return false;
  }
}
