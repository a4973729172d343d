package io.castmesh.runtime.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Whether this process reaches a store, and how quickly: asked every few seconds, so that it is
 * known also when nobody uses it.
 */
final class StoreWatch {
  private static final long EVERY_MILLIS = 5_000;

  /** As long as a command to Redis may take. */
  private static final long DEADLINE_SECONDS = 3;

  private final Vertx vertx;
  private final Supplier<Future<Void>> ping;
  private final Timer duration;
  private final AtomicInteger up = new AtomicInteger();
  private final long timer;

  StoreWatch(Vertx vertx, String store, Supplier<Future<Void>> ping, MeterRegistry registry) {
    this.vertx = vertx;
    this.ping = ping;
    this.duration = Metric.STORE_PING.timer(registry, store);
    Metric.STORE_UP.gauge(registry, up, AtomicInteger::get, store);
    this.timer = vertx.setPeriodic(0, EVERY_MILLIS, tick -> look());
  }

  private void look() {
    long begin = System.nanoTime();
    ping.get()
        .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .onComplete(
            answered -> {
              up.set(answered.succeeded() ? 1 : 0);
              duration.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
            });
  }

  /** What was last heard of it; no, before anything was. */
  boolean up() {
    return up.get() == 1;
  }

  void stop() {
    vertx.cancelTimer(timer);
  }
}
