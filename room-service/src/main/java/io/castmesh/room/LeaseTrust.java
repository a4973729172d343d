package io.castmesh.room;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a lease that has run out means anything. While Redis is away nobody can renew leases, and
 * they run out all the same; so they count only when Redis has been reachable for a while, in which
 * gateways have had the chance to say what they hold.
 *
 * <p>Belongs to one event loop.
 */
final class LeaseTrust {
  private final Duration settle;
  private final Duration silence;
  private final Clock clock;
  private Instant since;
  private Instant last;

  /**
   * @param settle how long Redis must have been reachable
   * @param silence not looking for longer is like not reaching it: the process may have been paused
   */
  LeaseTrust(Duration settle, Duration silence, Clock clock) {
    this.settle = settle;
    this.silence = silence;
    this.clock = clock;
  }

  /** Redis has answered. */
  void reachable() {
    Instant now = clock.instant();
    if (since == null || last.plus(silence).isBefore(now)) {
      since = now;
    }
    last = now;
  }

  /** Redis has not answered, or has lost everything. */
  void lost() {
    since = null;
  }

  boolean holds() {
    boolean looked = since != null && !last.plus(silence).isBefore(clock.instant());
    return looked && !since.plus(settle).isAfter(last);
  }
}
