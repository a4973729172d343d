package io.castmesh.medianode.engine.rtc;

/**
 * How far the clock of a peer is behind ours, as the first sender report of a stream tells, late by
 * what it took to come. It is the same for all streams of the peer, in however many sessions they
 * come: so it cannot move sound against picture. Owned by the loop.
 */
final class SenderTime {
  /** No report is so late, and no clock drifts so much in a day: it is another clock. */
  private static final long MOST_MICROS = 10_000_000;

  private boolean known;
  private long offsetMicros;

  /**
   * For a stream that begins.
   *
   * @param behindMicros our time less that of its first report
   * @return what is to be added to the times of its reports
   */
  long offset(long behindMicros) {
    if (!known || Math.abs(behindMicros - offsetMicros) > MOST_MICROS) {
      known = true;
      offsetMicros = behindMicros;
    }
    return offsetMicros;
  }
}
