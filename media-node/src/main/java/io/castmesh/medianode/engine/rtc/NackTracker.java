package io.castmesh.medianode.engine.rtc;

import java.util.concurrent.TimeUnit;

/**
 * Which packets of a stream are missing and when to ask for them again (RFC 4585 section 6.2). Time
 * is in nanoseconds and passed in.
 */
final class NackTracker {
  /** More missing at once is not loss but an outage: only a keyframe helps. */
  static final int MAX_MISSING = 256;

  private static final long MIN_INTERVAL = TimeUnit.MILLISECONDS.toNanos(40);

  /** Asked for so often in vain, answers may take longer than before: it waits longer, too. */
  private static final int PATIENT_AFTER = 3;

  private static final int MOST_DOUBLED = 3;

  /** A packet is given up after so many intervals, but neither before nor after these times. */
  private static final int INTERVALS = 8;

  private static final long LEAST_HOPE = TimeUnit.SECONDS.toNanos(1);
  private static final long MOST_HOPE = TimeUnit.SECONDS.toNanos(2);

  private final long[] missing = new long[MAX_MISSING];
  private final long[] firstAskedAt = new long[MAX_MISSING];
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
        if (repaired && tries[i] > 0) {
          learn(now - firstAskedAt[i], now - askedAt[i], tries[i] == 1);
        }
        removeAt(i);
        return;
      }
    }
  }

  /**
   * Of a repeated request nobody knows which one was answered: the answer took at least as long as
   * from the last one, and at most as long as from the first. While nothing is known it is taken
   * for an answer to the first; later the longer wait is kept until one request is enough, which
   * tells for sure (Karn's algorithm).
   */
  private void learn(long sinceFirst, long sinceLast, boolean sure) {
    if (repairTime == 0) {
      repairTime = sinceFirst;
    } else if (sinceLast > repairTime) {
      repairTime = (repairTime + sinceLast) / 2;
    } else if (sure) {
      repairTime = (7 * repairTime + sinceLast) / 8;
    } else {
      repairTime = Math.max(repairTime, Math.min(sinceFirst, repairTime + repairTime / 4));
    }
  }

  private void removeAt(int i) {
    count--;
    System.arraycopy(missing, i + 1, missing, i, count - i);
    System.arraycopy(firstAskedAt, i + 1, firstAskedAt, i, count - i);
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
    long hope = Math.max(LEAST_HOPE, Math.min(MOST_HOPE, INTERVALS * interval));
    int due = 0;
    for (int i = 0; i < count && due < out.length; ) {
      if (tries[i] > 0 && now - firstAskedAt[i] >= hope) {
        removeAt(i);
        gaveUp = true;
      } else if (tries[i] > 0 && now - askedAt[i] < interval << doubled(tries[i])) {
        i++;
      } else {
        if (tries[i]++ == 0) {
          firstAskedAt[i] = now;
        }
        askedAt[i] = now;
        out[due++] = (int) missing[i++] & 0xFFFF;
      }
    }
    return due;
  }

  private static int doubled(int tries) {
    return Math.max(0, Math.min(MOST_DOUBLED, tries - PATIENT_AFTER));
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
