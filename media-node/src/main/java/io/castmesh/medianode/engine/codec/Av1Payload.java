package io.castmesh.medianode.engine.codec;

/** AV1 in RTP (RTP Payload Format for AV1, section 4: the aggregation header). */
public final class Av1Payload {
  public static final int SEQUENCE_HEADER = 1;
  public static final int TEMPORAL_DELIMITER = 2;

  private static final int CONTINUES = 0x80;
  private static final int TO_BE_CONTINUED = 0x40;
  private static final int NEW_SEQUENCE = 0x08;

  private Av1Payload() {}

  /** Whether the first piece of an OBU in here began in an earlier packet (Z). */
  public static boolean continues(byte[] data, int offset, int length) {
    return length > 0 && (data[offset] & CONTINUES) != 0;
  }

  /** Whether the last OBU in here goes on in the next packet (Y). */
  public static boolean isContinued(byte[] data, int offset, int length) {
    return length > 0 && (data[offset] & TO_BE_CONTINUED) != 0;
  }

  /** How many OBUs or pieces are in here; 0 when each has its length before it (W). */
  public static int elements(byte[] data, int offset) {
    return data[offset] >>> 4 & 0x03;
  }

  /**
   * Whether a coded video sequence begins here: the sender says so (N), or its first OBU is a
   * sequence header.
   */
  public static boolean startsKeyFrame(byte[] data, int offset, int length) {
    if (length < 2 || continues(data, offset, length)) {
      return false;
    }
    return (data[offset] & NEW_SEQUENCE) != 0 || firstType(data, offset, length) == SEQUENCE_HEADER;
  }

  private static int firstType(byte[] data, int offset, int length) {
    int at = offset + 1;
    int end = offset + length;
    if (elements(data, offset) != 1) {
      while (at < end && data[at] < 0) { // leb128: the last byte has no flag
        at++;
      }
      at++;
    }
    return at < end ? data[at] >>> 3 & 0x0F : -1;
  }
}
