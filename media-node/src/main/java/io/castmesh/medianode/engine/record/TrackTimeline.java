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

  /**
   * No network and no drift of a day's clock takes a frame so far from its arrival: the sender's
   * clock was set, or what it says is wrong, and a file is not to become hours long by that.
   */
  private static final long MAX_FROM_ARRIVAL_MICROS = 60_000_000;

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
    boolean reported = clock.isKnown() && isNear(clock.wallMicros(timestamp), arrivedMicros);
    if (!anchored) {
      anchor(timestamp, reported ? clock.wallMicros(timestamp) : arrivedMicros);
    }
    long distance = (long) (timestamp - anchorTimestamp) * 1_000_000L / clockRate;
    long micros = anchorMicros + distance;
    if (reported) {
      long error = clock.wallMicros(timestamp) - micros;
      long step = Math.abs(distance) / SLEW_DIVISOR;
      micros += Math.abs(error) > MAX_SLEW_MICROS ? error : Math.max(-step, Math.min(step, error));
    } else if (!isNear(micros, arrivedMicros)) {
      micros = arrivedMicros;
    }
    // Moving along keeps the distance to the anchor small: timestamps wrap around.
    anchor(timestamp, micros);
    return micros;
  }

  private static boolean isNear(long micros, long arrivedMicros) {
    return Math.abs(micros - arrivedMicros) <= MAX_FROM_ARRIVAL_MICROS;
  }

  private void anchor(int timestamp, long micros) {
    anchored = true;
    anchorTimestamp = timestamp;
    anchorMicros = micros;
  }
}
