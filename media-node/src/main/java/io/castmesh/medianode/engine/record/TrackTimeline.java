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

  /**
   * So much later than the one before, and what follows as late: no network does that, whose
   * backlog comes faster than it was sent, and no clock that runs slow. The sender's timestamps
   * stood still while it sent nothing.
   */
  private static final long STOOD_STILL_MICROS = 1_000_000;

  private static final long STAYS_MICROS = 60_000;
  private static final int STOOD_STILL_FRAMES = 25;

  private final int clockRate;
  private boolean anchored;
  private int anchorTimestamp;
  private long anchorMicros;
  private long lastArrival;
  private long leastDelay;
  private long delayAfterStep;
  private int lateFrames;

  /** A report from before timestamps stood still says nothing of those after it. */
  private long outdatedReport;

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
    boolean reported =
        clock.isKnown()
            && clock.reportMicros() != outdatedReport
            && isNear(clock.wallMicros(timestamp), arrivedMicros);
    if (!anchored) {
      anchor(timestamp, reported ? clock.wallMicros(timestamp) : arrivedMicros);
      lastArrival = arrivedMicros;
      leastDelay = Long.MAX_VALUE;
    }
    long distance = (long) (timestamp - anchorTimestamp) * 1_000_000L / clockRate;
    long micros = anchorMicros + distance;
    if (reported) {
      long error = clock.wallMicros(timestamp) - micros;
      long step = Math.abs(distance) / SLEW_DIVISOR;
      if (Math.abs(error) > MAX_SLEW_MICROS) {
        micros += error;
        leastDelay = Long.MAX_VALUE;
      } else {
        micros += Math.max(-step, Math.min(step, error));
      }
    } else if (!isNear(micros, arrivedMicros)) {
      micros = arrivedMicros;
    }
    if (stoodStill(arrivedMicros, arrivedMicros - micros, distance)) {
      outdatedReport = clock.isKnown() ? clock.reportMicros() : 0;
      micros = arrivedMicros - leastDelay;
    }
    // Moving along keeps the distance to the anchor small: timestamps wrap around.
    anchor(timestamp, micros);
    return micros;
  }

  private boolean stoodStill(long arrivedMicros, long delay, long distance) {
    long step = arrivedMicros - lastArrival - distance;
    lastArrival = arrivedMicros;
    leastDelay = Math.min(leastDelay, delay);
    if (step > STOOD_STILL_MICROS) {
      delayAfterStep = delay;
      lateFrames = 1;
      return false;
    }
    boolean stays = lateFrames > 0 && delayAfterStep - delay < STAYS_MICROS;
    lateFrames = stays ? lateFrames + 1 : 0;
    if (lateFrames < STOOD_STILL_FRAMES) {
      return false;
    }
    lateFrames = 0;
    return true;
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
