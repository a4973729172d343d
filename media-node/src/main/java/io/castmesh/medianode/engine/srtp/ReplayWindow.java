package io.castmesh.medianode.engine.srtp;

/** Which of the latest {@value #SIZE} packets of a stream were seen (RFC 3711 section 3.3.2). */
final class ReplayWindow {
  /**
   * Three seconds of a fast video stream: a NACK answered late by the original sender is still new.
   */
  static final int SIZE = 2048;

  private final long[] seen = new long[SIZE / 64];
  private long highest = -1;

  /** Of all indices accepted so far; -1 before the first. */
  long highest() {
    return highest;
  }

  boolean isFresh(long index) {
    if (index > highest) {
      return true;
    }
    if (index < 0 || highest - index >= SIZE) {
      return false;
    }
    return (seen[word(index)] & bit(index)) == 0;
  }

  /** Only for packets whose authenticity was checked. */
  void markSeen(long index) {
    if (index > highest) {
      if (index - highest >= SIZE) {
        java.util.Arrays.fill(seen, 0);
      } else {
        for (long skipped = highest + 1; skipped < index; skipped++) {
          seen[word(skipped)] &= ~bit(skipped);
        }
      }
      highest = index;
    }
    seen[word(index)] |= bit(index);
  }

  private static int word(long index) {
    return (int) (index % SIZE) >>> 6;
  }

  private static long bit(long index) {
    return 1L << (index & 63);
  }
}
