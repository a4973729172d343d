package io.castmesh.medianode.engine.rtc;

import java.util.concurrent.TimeUnit;

/**
 * What to tell a sender that knows no transport-wide feedback how fast it may send: more than what
 * arrives while little is lost, less when much is (the loss-based part of draft-ietf-rmcat-gcc-02
 * section 6).
 */
final class BitrateFallback {
  private static final long START = 1_000_000;
  private static final long MINIMUM = 100_000;
  private static final long MAXIMUM = 8_000_000;
  private static final double TOLERABLE_LOSS = 0.02;
  private static final double HEAVY_LOSS = 0.10;

  private long bytes;
  private long lastAt;
  private long lostBefore;
  private long packetsBefore;
  private long estimate = START;
  private long least;
  private long most = Long.MAX_VALUE;

  /** Whatever is lost: in bits per second. */
  void bound(long newLeast, long newMost) {
    least = newLeast;
    most = newMost;
  }

  void onPacket(int length) {
    bytes += length;
  }

  /**
   * Call about once a second.
   *
   * @return bits per second
   */
  long estimate(long lost, long packets, long now) {
    long elapsed = lastAt == 0 ? 0 : now - lastAt;
    if (elapsed > 0) {
      double rate = bytes * 8.0 * TimeUnit.SECONDS.toNanos(1) / elapsed;
      double lostNow = Math.max(0, lost - lostBefore);
      double loss = lostNow / Math.max(1, lostNow + packets - packetsBefore);
      if (loss > HEAVY_LOSS) {
        estimate = (long) (estimate * (1 - loss / 2));
      } else if (loss < TOLERABLE_LOSS) {
        estimate = (long) Math.max(estimate, Math.min(estimate * 1.5, rate * 1.5 + 100_000));
      }
      estimate = Math.max(MINIMUM, Math.min(MAXIMUM, estimate));
    }
    bytes = 0;
    lastAt = now;
    lostBefore = lost;
    packetsBefore = packets;
    return Math.max(least, Math.min(most, estimate));
  }
}
