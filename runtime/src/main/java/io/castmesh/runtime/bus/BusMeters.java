package io.castmesh.runtime.bus;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Topic;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.metrics.Timers;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the bus counts. Thread-safe. */
final class BusMeters {
  private final Counters questions;
  private final Timers durations;
  private final Counters emitted;
  private final Counters repaired;
  private final Counters lost;
  private final AtomicInteger open = new AtomicInteger();

  BusMeters(MeterRegistry metrics) {
    questions = Metric.QUESTIONS.counters(metrics);
    durations = Metric.QUESTION.timers(metrics);
    emitted = Metric.EVENTS_EMITTED.counters(metrics);
    repaired = Metric.EVENTS_REPAIRED.counters(metrics);
    lost = Metric.EVENTS_LOST.counters(metrics);
    Metric.QUESTIONS_OPEN.gauge(metrics, open, AtomicInteger::get);
  }

  void asked() {
    open.incrementAndGet();
  }

  /**
   * @param failure null: it was answered
   */
  void answered(Endpoint<?, ?> endpoint, FailureException failure, long nanos) {
    String address = withoutNode(endpoint.address());
    open.decrementAndGet();
    durations.of(address).record(nanos, TimeUnit.NANOSECONDS);
    questions
        .of(address, failure == null ? "ok" : failure.failure().name().toLowerCase(Locale.ROOT))
        .increment();
  }

  void emitted(Topic<?> topic) {
    emitted.of(withoutNode(topic.address())).increment();
  }

  /** Somebody listens: what may be lost begins at 0, so that the first loss is an increase. */
  void listens(String address) {
    repaired(address, 0);
    lost(address, 0);
  }

  void repaired(String address, long events) {
    repaired.of(withoutNode(address)).increment(events);
  }

  void lost(String address, long events) {
    lost.of(withoutNode(address)).increment(events);
  }

  private static String withoutNode(String address) {
    int at = address.indexOf('@');
    return at < 0 ? address : address.substring(0, at);
  }
}
