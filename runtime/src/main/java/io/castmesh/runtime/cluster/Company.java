package io.castmesh.runtime.cluster;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether this process knows anybody of another service. One that only passes questions on, as a
 * gateway, is of no use alone: cut off or misconfigured, it hears of no fault, and would take what
 * its sisters could serve.
 *
 * <p>Thread-safe.
 */
public final class Company {
  /** Others may all be started again at once, and be back soon. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Peers peers;
  private final LongSupplier clock;
  private volatile boolean met;
  private volatile long seenAt;

  /**
   * @param clock nanoseconds
   */
  public Company(Peers peers, LongSupplier clock) {
    this.peers = peers;
    this.clock = clock;
  }

  /** Fails until somebody has come, and when nobody has been there for a while. */
  public Future<Void> well() {
    long now = clock.getAsLong();
    String own = peers.self().service();
    if (peers.nodes().stream().anyMatch(node -> !node.service().equals(own))) {
      met = true;
      seenAt = now;
    }
    return met && now - seenAt <= PATIENCE.toNanos()
        ? Future.succeededFuture()
        : Future.failedFuture("knows nobody of another service");
  }
}
