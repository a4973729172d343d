package io.castmesh.embedded;

import java.time.Duration;

/**
 * How long to wait before a process that died is started again: not at all the first time, so that
 * a fault is short, then longer and longer while it dies young. Not thread-safe.
 */
public final class Backoff {
  /** Who lived as long as this did not die of its start. */
  public static final Duration YOUNG = Duration.ofSeconds(30);

  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private int deaths;

  /**
   * @param lived from its start to its death
   */
  public Duration pause(Duration lived) {
    if (lived.compareTo(YOUNG) >= 0) {
      deaths = 0;
    }
    deaths++;
    if (deaths == 1) {
      return Duration.ZERO;
    }
    Duration pause = FIRST.multipliedBy(1L << Math.min(deaths - 2, 10));
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }

  /** How often it has died young in a row. */
  public int deaths() {
    return deaths;
  }

  public void forget() {
    deaths = 0;
  }
}
