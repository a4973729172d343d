package io.castmesh.medianode.engine.rtcp;

import io.castmesh.medianode.engine.rtp.Rtp;

/**
 * Reads transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
 */
public final class TransportFeedbackReader {
  private static final int HEADER = 20;
  private static final long TICK_MICROS = 250;
  private static final long REFERENCE_MICROS = 64_000;

  /** Told of each packet, in the order of their numbers. */
  public interface Handler {
    /**
     * @param sequence transport-wide, 16 bits
     * @param arrivalMicros on the peer's clock, which wraps around after 12 days; -1: it did not
     *     arrive
     */
    void onPacket(int sequence, long arrivalMicros);
  }

  private TransportFeedbackReader() {}

  /**
   * @param offset of the whole RTCP packet
   * @return false when it is malformed; what came before that place was reported
   */
  public static boolean read(byte[] data, int offset, int length, Handler handler) {
    if (length < HEADER) {
      return false;
    }
    int sequence = Rtp.unsignedShort(data, offset + 12);
    int count = Rtp.unsignedShort(data, offset + 14);
    long time = (long) (Rtp.getInt(data, offset + 16) >>> 8) * REFERENCE_MICROS;
    int end = offset + length;
    int deltaAt = deltas(data, offset + HEADER, end, count);
    if (deltaAt < 0) {
      return false;
    }
    int chunkAt = offset + HEADER;
    for (int done = 0; done < count; chunkAt += 2) {
      int chunk = Rtp.unsignedShort(data, chunkAt);
      int inChunk = Math.min(symbols(chunk), count - done);
      for (int i = 0; i < inChunk; i++) {
        int symbol = symbol(chunk, i);
        int size = symbol == 1 ? 1 : symbol == 2 ? 2 : 0;
        if (deltaAt + size > end) {
          return false;
        }
        if (size == 0) {
          handler.onPacket(sequence, -1);
        } else {
          int delta = size == 1 ? data[deltaAt] & 0xFF : (short) Rtp.unsignedShort(data, deltaAt);
          time += delta * TICK_MICROS;
          deltaAt += size;
          handler.onPacket(sequence, time);
        }
        sequence = sequence + 1 & 0xFFFF;
      }
      done += inChunk;
    }
    return true;
  }

  /** Where the deltas begin, behind all chunks; -1 when there are not enough. */
  private static int deltas(byte[] data, int start, int end, int count) {
    int at = start;
    for (int done = 0; done < count; at += 2) {
      if (at + 2 > end) {
        return -1;
      }
      int symbols = symbols(Rtp.unsignedShort(data, at));
      if (symbols == 0) {
        return -1; // a run of nothing would never end
      }
      done += symbols;
    }
    return at;
  }

  /** How many packets a chunk tells about: a run, or a vector of one- or two-bit symbols. */
  private static int symbols(int chunk) {
    if ((chunk & 0x8000) == 0) {
      return chunk & 0x1FFF;
    }
    return (chunk & 0x4000) == 0 ? 14 : 7;
  }

  private static int symbol(int chunk, int i) {
    if ((chunk & 0x8000) == 0) {
      return chunk >>> 13 & 0x03;
    }
    return (chunk & 0x4000) == 0 ? chunk >>> (13 - i) & 0x01 : chunk >>> (12 - 2 * i) & 0x03;
  }
}
