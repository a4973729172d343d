package io.castmesh.media.kurento;

import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/** What is asked of media servers, all of them together. Thread-safe. */
public final class ServerMeters {
  private final Counter answered;
  private final Counter failed;
  private final Timer duration;
  private final Counter lost;

  public ServerMeters(MeterRegistry metrics) {
    Counters calls = Metric.SERVER_CALLS.counters(metrics);
    answered = calls.of("ok");
    failed = calls.of("failed");
    duration = Metric.SERVER_CALL.timer(metrics);
    lost = Metric.SERVERS_LOST.counter(metrics);
  }

  <T> Future<T> measured(Future<T> call) {
    long begin = System.nanoTime();
    return call.onComplete(
        done -> {
          duration.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
          (done.succeeded() ? answered : failed).increment();
        });
  }

  void lost() {
    lost.increment();
  }
}
