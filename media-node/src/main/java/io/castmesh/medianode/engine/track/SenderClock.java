package io.castmesh.medianode.engine.track;

/**
 * Ties a track's RTP timestamps to our wall clock by its sender's reports, so that audio and video
 * of one sender stay together. Time is in microseconds since 1970.
 */
public final class SenderClock {
  private int clockRate;
  private boolean known;
  private int reportTimestamp;
  private long reportMicros;

  public SenderClock(int clockRate) {
    this.clockRate = clockRate;
  }

  /**
   * @param wallMicros the report's NTP time, moved to our clock by the same offset for all tracks
   *     of this sender
   */
  public void onReport(int timestamp, long wallMicros) {
    known = true;
    reportTimestamp = timestamp;
    reportMicros = wallMicros;
  }

  /** The sender starts anew: no report yet. */
  public void reset(int newClockRate) {
    clockRate = newClockRate;
    known = false;
  }

  public boolean isKnown() {
    return known;
  }

  /** On the sender's clock. Only when known, as {@link #reportMicros}. */
  int reportTimestamp() {
    return reportTimestamp;
  }

  public long reportMicros() {
    return reportMicros;
  }

  /** When a packet with this timestamp was captured. Only when known. */
  public long wallMicros(int timestamp) {
    return reportMicros + (long) (timestamp - reportTimestamp) * 1_000_000L / clockRate;
  }

  /** The timestamp something captured at this time has. Only when known. */
  public int timestampAt(long wallMicros) {
    return reportTimestamp + (int) ((wallMicros - reportMicros) * clockRate / 1_000_000L);
  }
}
