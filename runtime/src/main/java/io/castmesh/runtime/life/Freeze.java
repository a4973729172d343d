package io.castmesh.runtime.life;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that this process did not run for a while, because it was stopped or starved, while the
 * clock of its machine went on. What was sent to it meanwhile is read all at once afterwards, when
 * those who sent it have given up or gone elsewhere, and before any timer could tell: so it has to
 * be asked for each message.
 *
 * <p>Thread-safe.
 */
public final class Freeze {
  private static final Logger log = LoggerFactory.getLogger(Freeze.class);

  /** Whoever asks something has given up by then, or is about to. */
  static final Duration LONG = Duration.ofSeconds(5);

  /** For what has piled up to be read. */
  static final Duration AFTERMATH = Duration.ofSeconds(3);

  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final LongSupplier clock;
  private volatile long ranAt;
  private volatile long overAt;
  private volatile boolean happened;
  private volatile boolean closed;

  /**
   * @param clock nanoseconds
   */
  public Freeze(LongSupplier clock) {
    this.clock = clock;
    this.ranAt = clock.getAsLong();
  }

  /** Watches this process, on a thread of its own: loops may be busy. */
  public static Freeze watch() {
    Freeze freeze = new Freeze(System::nanoTime);
    Thread thread =
        new Thread(
            () -> {
              while (!freeze.closed) {
                freeze.ran();
                LockSupport.parkNanos(EVERY_NANOS);
              }
            },
            "freeze-watch");
    thread.setDaemon(true);
    thread.start();
    return freeze;
  }

  /** To be called all the time, as long as the process runs. */
  public void ran() {
    long now = clock.getAsLong();
    long still = now - ranAt;
    boolean stood = still > LONG.toNanos();
    if (stood) {
      overAt = now;
      happened = true;
    }
    ranAt = now;
    if (stood) {
      log.warn("this process stood still ms={}", TimeUnit.NANOSECONDS.toMillis(still));
    }
  }

  /** Whether what comes now may have been sent to a process that stood still. */
  public boolean isAftermath() {
    return within(AFTERMATH);
  }

  /** Whether the process stood still, or has done so that short a time ago. */
  public boolean within(Duration time) {
    long now = clock.getAsLong();
    if (closed) {
      return false; // nobody watches any more
    }
    return now - ranAt > LONG.toNanos() || happened && now - overAt < time.toNanos();
  }

  public Future<Void> close() {
    closed = true;
    return Future.succeededFuture();
  }
}
