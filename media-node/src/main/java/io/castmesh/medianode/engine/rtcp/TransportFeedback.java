package io.castmesh.medianode.engine.rtcp;

import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.SequenceUnwrapper;

/**
 * Remembers when packets arrived and writes transport-wide feedback about them
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
 *
 * <p>Time is in microseconds of any steady clock.
 */
public final class TransportFeedback {
  /** Packets remembered between two reports: more than 200 Mbit/s every 100 ms. */
  private static final int WINDOW = 4096;

  /** So that a report fits one datagram: 2 bytes a delta and chunks besides. */
  private static final int MAX_PER_REPORT = 400;

  private static final int SYMBOLS_PER_CHUNK = 7;
  private static final long TICK_MICROS = 250;
  private static final long REFERENCE_MICROS = 64_000;

  private final long[] arrivals = new long[WINDOW];
  private final SequenceUnwrapper unwrapper = new SequenceUnwrapper();
  private final byte[] packet = new byte[RtcpWriter.CAPACITY];
  private long nextToReport = -1;
  private long highest = -1;
  private int reportCount;

  /**
   * @param sequence transport-wide, from the header extension
   */
  public void onPacket(int sequence, long arrivalMicros) {
    long number = unwrapper.unwrap(sequence);
    if (nextToReport < 0) {
      nextToReport = number;
      highest = number - 1;
    }
    if (number < nextToReport) {
      return; // was reported as lost: too late to take that back
    }
    if (number - nextToReport >= WINDOW) {
      // A jump: what lies before it is forgotten.
      java.util.Arrays.fill(arrivals, 0);
      nextToReport = number;
      highest = number - 1;
    }
    for (long skipped = highest + 1; skipped < number; skipped++) {
      arrivals[(int) (skipped % WINDOW)] = 0;
    }
    arrivals[(int) (number % WINDOW)] = Math.max(1, arrivalMicros);
    highest = Math.max(highest, number);
  }

  public boolean hasNews() {
    return nextToReport >= 0 && highest >= nextToReport;
  }

  /**
   * Writes a report about what arrived since the last one; call again while {@link #hasNews}.
   *
   * @param mediaSsrc of a stream that really comes: with 0 senders take the path for broken
   * @return whether it was written
   */
  public boolean write(RtcpWriter out, int senderSsrc, int mediaSsrc) {
    if (!hasNews()) {
      return false;
    }
    long first = nextToReport;
    int count = (int) Math.min(highest - first + 1, MAX_PER_REPORT);
    long firstArrival = firstArrival(first, count);
    if (firstArrival == 0) {
      nextToReport = first + count;
      return false;
    }
    long reference = firstArrival / REFERENCE_MICROS;
    count = fitDeltas(first, count, reference);
    int size = build(senderSsrc, mediaSsrc, first, count, reference);
    if (!out.append(packet, size)) {
      return false;
    }
    for (long number = first; number < first + count; number++) {
      arrivals[(int) (number % WINDOW)] = 0;
    }
    nextToReport = first + count;
    reportCount++;
    return true;
  }

  private long firstArrival(long first, int count) {
    for (long number = first; number < first + count; number++) {
      if (arrivals[(int) (number % WINDOW)] != 0) {
        return arrivals[(int) (number % WINDOW)];
      }
    }
    return 0;
  }

  /** How many packets can be told before a delta exceeds 16 bits. */
  private int fitDeltas(long first, int count, long reference) {
    long previous = reference * (REFERENCE_MICROS / TICK_MICROS);
    for (int i = 0; i < count; i++) {
      long arrival = arrivals[(int) ((first + i) % WINDOW)];
      if (arrival != 0) {
        long ticks = arrival / TICK_MICROS;
        if ((short) (ticks - previous) != ticks - previous) {
          return i;
        }
        previous = ticks;
      }
    }
    return count;
  }

  private int build(int senderSsrc, int mediaSsrc, long first, int count, long reference) {
    packet[0] = (byte) (0x80 | RtcpType.TRANSPORT_CC);
    packet[1] = (byte) RtcpType.TRANSPORT_FEEDBACK;
    Rtp.putInt(packet, 4, senderSsrc);
    Rtp.putInt(packet, 8, mediaSsrc);
    Rtp.putShort(packet, 12, (int) first);
    Rtp.putShort(packet, 14, count);
    Rtp.putInt(packet, 16, (int) reference << 8 | (reportCount & 0xFF));
    int chunks = (count + SYMBOLS_PER_CHUNK - 1) / SYMBOLS_PER_CHUNK;
    int chunkAt = 20;
    int deltaAt = 20 + 2 * chunks;
    long previous = reference * (REFERENCE_MICROS / TICK_MICROS);
    for (int done = 0; done < count; done += SYMBOLS_PER_CHUNK) {
      int chunk = 0xC000; // a status vector of two-bit symbols (section 3.1.4)
      for (int i = 0; i < SYMBOLS_PER_CHUNK && done + i < count; i++) {
        long arrival = arrivals[(int) ((first + done + i) % WINDOW)];
        if (arrival == 0) {
          continue;
        }
        long delta = arrival / TICK_MICROS - previous;
        previous = arrival / TICK_MICROS;
        boolean small = delta >= 0 && delta <= 255;
        chunk |= (small ? 1 : 2) << (12 - 2 * i);
        if (small) {
          packet[deltaAt++] = (byte) delta;
        } else {
          Rtp.putShort(packet, deltaAt, (int) delta);
          deltaAt += 2;
        }
      }
      Rtp.putShort(packet, chunkAt, chunk);
      chunkAt += 2;
    }
    int size = (deltaAt + 3) & ~3;
    int padding = size - deltaAt;
    if (padding > 0) {
      packet[0] |= 0x20;
      while (deltaAt < size) {
        packet[deltaAt++] = 0;
      }
      packet[size - 1] = (byte) padding;
    }
    Rtp.putShort(packet, 2, size / 4 - 1);
    return size;
  }
}
