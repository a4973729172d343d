package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.track.SenderClock;

/**
 * When a track's frames were captured, on the wall clock in microseconds: by arrival until the
 * sender's first report, then by its reports, so that audio and video of one sender agree.
 */
final class TrackTimeline {
  /** More is put right at once: the first frames came late, or the sender's clock was set. */
  private static final long MAX_SLEW_MICROS = 100_000;

  /** Less is put right by stretching frame distances so little that nobody hears or sees it. */
  private static final int SLEW_DIVISOR = 50;

  private final int clockRate;
  private boolean anchored;
  private int anchorTimestamp;
  private long anchorMicros;

  TrackTimeline(int clockRate) {
    this.clockRate = clockRate;
  }

  /** The next frame has nothing to do with those before. */
  void reset() {
    anchored = false;
  }

  /**
   * @param arrivedMicros wall clock
   */
  long captureMicros(int timestamp, long arrivedMicros, SenderClock clock) {
    if (!anchored) {
      anchor(timestamp, clock.isKnown() ? clock.wallMicros(timestamp) : arrivedMicros);
    }
    long distance = (long) (timestamp - anchorTimestamp) * 1_000_000L / clockRate;
    long micros = anchorMicros + distance;
    if (clock.isKnown()) {
      long error = clock.wallMicros(timestamp) - micros;
      long step = Math.abs(distance) / SLEW_DIVISOR;
      micros += Math.abs(error) > MAX_SLEW_MICROS ? error : Math.max(-step, Math.min(step, error));
    }
    // Moving along keeps the distance to the anchor small: timestamps wrap around.
    anchor(timestamp, micros);
    return micros;
  }

  private void anchor(int timestamp, long micros) {
    anchored = true;
    anchorTimestamp = timestamp;
    anchorMicros = micros;
  }
}
