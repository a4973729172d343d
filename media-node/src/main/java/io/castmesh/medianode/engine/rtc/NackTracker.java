package io.castmesh.medianode.engine.rtc;

import java.util.concurrent.TimeUnit;

/**
 * Which packets of a stream are missing and when to ask for them again (RFC 4585 section 6.2). Time
 * is in nanoseconds and passed in.
 */
final class NackTracker {
  /** More missing at once is not loss but an outage: only a keyframe helps. */
  static final int MAX_MISSING = 256;

  private static final int MAX_TRIES = 10;
  private static final long MIN_INTERVAL = TimeUnit.MILLISECONDS.toNanos(40);

  private final long[] missing = new long[MAX_MISSING];
  private final long[] askedAt = new long[MAX_MISSING];
  private final int[] tries = new int[MAX_MISSING];
  private int count;
  private long highest = -1;
  private boolean gaveUp;
  private long repairTime;

  /**
   * Call for every packet that is new, in any order.
   *
   * @param repaired whether it came as a repetition, and not just late
   */
  void onPacket(long sequence, boolean repaired, long now) {
    if (highest < 0 || sequence <= highest) {
      remove(sequence, repaired, now);
      highest = Math.max(highest, sequence);
      return;
    }
    if (count + (sequence - highest - 1) > MAX_MISSING) {
      count = 0;
      gaveUp = true;
    } else {
      for (long lost = highest + 1; lost < sequence; lost++) {
        missing[count] = lost;
        askedAt[count] = 0;
        tries[count++] = 0;
      }
    }
    highest = sequence;
  }

  private void remove(long sequence, boolean repaired, long now) {
    for (int i = 0; i < count; i++) {
      if (missing[i] == sequence) {
        // Of a repeated request nobody knows which one was answered (Karn's algorithm).
        if (repaired && tries[i] == 1) {
          long took = now - askedAt[i];
          repairTime = repairTime == 0 ? took : (7 * repairTime + took) / 8;
        }
        removeAt(i);
        return;
      }
    }
  }

  private void removeAt(int i) {
    count--;
    System.arraycopy(missing, i + 1, missing, i, count - i);
    System.arraycopy(askedAt, i + 1, askedAt, i, count - i);
    System.arraycopy(tries, i + 1, tries, i, count - i);
  }

  /**
   * Writes the low 16 bits of the packets to ask for now, ascending.
   *
   * @param roundTrip in nanoseconds, a guess is enough
   * @return how many
   */
  int due(long now, long roundTrip, int[] out) {
    long interval = Math.max(MIN_INTERVAL, roundTrip + roundTrip / 2);
    int due = 0;
    for (int i = 0; i < count && due < out.length; ) {
      if (tries[i] > 0 && now - askedAt[i] < interval) {
        i++;
      } else if (tries[i] >= MAX_TRIES) {
        removeAt(i);
        gaveUp = true;
      } else {
        tries[i]++;
        askedAt[i] = now;
        out[due++] = (int) missing[i++] & 0xFFFF;
      }
    }
    return due;
  }

  /** Whether packets were given up since the last call: a keyframe is needed. */
  boolean takeGaveUp() {
    boolean result = gaveUp;
    gaveUp = false;
    return result;
  }

  /** Smoothed time in nanoseconds from a request to the repetition; 0 while unknown. */
  long repairTime() {
    return repairTime;
  }

  int missing() {
    return count;
  }

  void reset() {
    count = 0;
    highest = -1;
    gaveUp = false;
  }
}
