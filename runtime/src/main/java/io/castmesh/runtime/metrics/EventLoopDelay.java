package io.castmesh.runtime.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks every event loop a few times a second to run something at a certain moment, and measures how
 * late it does. A loop that was blocked makes up for the times it has missed, so that a long block
 * counts for as long as it was.
 */
final class EventLoopDelay {
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final List<ScheduledFuture<?>> samples = new ArrayList<>();

  EventLoopDelay(Vertx vertx, MeterRegistry registry) {
    Timer delay = Metric.EVENT_LOOP_DELAY.timer(registry);
    for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
      samples.add(
          loop.scheduleAtFixedRate(
              new Sample(delay), EVERY_NANOS, EVERY_NANOS, TimeUnit.NANOSECONDS));
    }
  }

  void stop() {
    samples.forEach(sample -> sample.cancel(false));
  }

  /** Confined to its event loop. */
  private static final class Sample implements Runnable {
    private final Timer delay;
    private long due = System.nanoTime() + EVERY_NANOS;

    Sample(Timer delay) {
      this.delay = delay;
    }

    @Override
    public void run() {
      delay.record(Math.max(0, System.nanoTime() - due), TimeUnit.NANOSECONDS);
      due += EVERY_NANOS;
    }
  }
}
