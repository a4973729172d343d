package io.castmesh.medianode.engine.track;

import java.util.concurrent.TimeUnit;

/**
 * How much of what went by somebody who joins is given, so that the picture is there without a new
 * keyframe. Where more has come since the last keyframe, a new one is the shorter way.
 *
 * @param age of the keyframe, in nanoseconds; 0: nothing is given
 * @param bytes since then
 * @param packets since then
 */
public record JoinLimits(long age, int bytes, int packets) {
  /** For a source that {@linkplain TrackSource#isLasting lasts}: all that its history holds. */
  public static final JoinLimits LASTING =
      new JoinLimits(Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  /** Bounds besides the age: what a line of 10 Mbit/s carries in a quarter of a second. */
  public static JoinLimits ofMillis(int millis) {
    return new JoinLimits(TimeUnit.MILLISECONDS.toNanos(millis), 300_000, 300);
  }
}
