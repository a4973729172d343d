package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.track.SenderClock;

/**
 * When a track's frames were captured, on the wall clock in microseconds: by arrival until the
 * sender's first report, then by its reports, so that audio and video of one sender agree.
 */
final class TrackTimeline {
  /** Below that nobody sees a difference, and frame distances stay as they were. */
  private static final long TOLERANCE_MICROS = 30_000;

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
    long micros = anchorMicros + (long) (timestamp - anchorTimestamp) * 1_000_000L / clockRate;
    if (clock.isKnown() && Math.abs(clock.wallMicros(timestamp) - micros) > TOLERANCE_MICROS) {
      micros = clock.wallMicros(timestamp);
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
