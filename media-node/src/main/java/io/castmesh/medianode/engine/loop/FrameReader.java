package io.castmesh.medianode.engine.loop;

/**
 * Takes packets out of a stream, where each follows its length in two bytes (RFC 4571 section 2).
 * Reads may end anywhere. Owned by the loop.
 */
final class FrameReader {
  /** Called for each packet. */
  interface Sink {
    /**
     * @param data valid during the call; may be changed
     * @return false to read no further
     */
    boolean onFrame(byte[] data, int length);
  }

  private final byte[] frame = new byte[MediaLoop.MAX_DATAGRAM];

  /** Bytes of the length that are there: 0, 1 or 2. */
  private int lengthBytes;

  private int length;
  private int filled;

  /**
   * @return false when a length is larger than any packet: whatever this is, it is not framed
   */
  boolean read(byte[] data, int offset, int count, Sink sink) {
    int at = offset;
    int end = offset + count;
    while (at < end) {
      if (lengthBytes < 2) {
        length = length << 8 | data[at++] & 0xFF;
        lengthBytes++;
        if (lengthBytes == 2 && length > frame.length) {
          return false;
        }
      } else {
        int piece = Math.min(length - filled, end - at);
        System.arraycopy(data, at, frame, filled, piece);
        at += piece;
        filled += piece;
      }
      if (lengthBytes == 2 && filled == length) {
        int whole = length;
        lengthBytes = 0;
        length = 0;
        filled = 0;
        if (whole > 0 && !sink.onFrame(frame, whole)) {
          return true;
        }
      }
    }
    return true;
  }
}
