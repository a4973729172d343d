package io.castmesh.runtime.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The histograms of one metric by the value of its label. Thread-safe, and cheap to ask. */
public final class Timers {
  private final Metric metric;
  private final MeterRegistry registry;
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();

  Timers(Metric metric, MeterRegistry registry) {
    this.metric = metric;
    this.registry = registry;
  }

  public Timer of(String value) {
    return timers.computeIfAbsent(
        metric.normalized(value).get(0), made -> metric.timer(registry, made));
  }
}
