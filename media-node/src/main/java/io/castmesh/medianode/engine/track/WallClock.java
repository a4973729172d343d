package io.castmesh.medianode.engine.track;

/** Turns loop time into wall time, steadily: set once, so it never jumps. */
public final class WallClock {
  /** Seconds from 1900, where NTP begins, to 1970. */
  private static final long NTP_OFFSET_SECONDS = 2_208_988_800L;

  private final long offsetMicros;

  /**
   * @param unixMillis now
   * @param nanos now, of the loop's time in nanoseconds
   */
  public WallClock(long unixMillis, long nanos) {
    offsetMicros = unixMillis * 1000 - nanos / 1000;
  }

  /** Microseconds since 1970. */
  public long micros(long nanos) {
    return nanos / 1000 + offsetMicros;
  }

  public static long ntp(long unixMicros) {
    long seconds = Math.floorDiv(unixMicros, 1_000_000L) + NTP_OFFSET_SECONDS;
    long fraction = (Math.floorMod(unixMicros, 1_000_000L) << 32) / 1_000_000L;
    return seconds << 32 | fraction;
  }

  public static long unixMicros(long ntp) {
    long seconds = (ntp >>> 32) - NTP_OFFSET_SECONDS;
    return seconds * 1_000_000L + ((ntp & 0xFFFFFFFFL) * 1_000_000L >>> 32);
  }

  /** The middle 32 bits, as report blocks repeat them. */
  public static int middle(long ntp) {
    return (int) (ntp >>> 16);
  }
}
