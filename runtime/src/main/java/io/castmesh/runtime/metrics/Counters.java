package io.castmesh.runtime.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The counters of one metric by the values of its labels. Thread-safe, and cheap to ask. */
public final class Counters {
  private final Metric metric;
  private final MeterRegistry registry;
  private final Map<List<String>, Counter> counters = new ConcurrentHashMap<>();

  Counters(Metric metric, MeterRegistry registry) {
    this.metric = metric;
    this.registry = registry;
  }

  /**
   * @param values of the labels, in the order of the catalogue
   */
  public Counter of(String... values) {
    // Normalized first: what strangers send must not make the map grow either.
    return counters.computeIfAbsent(
        metric.normalized(values), made -> metric.counter(registry, made.toArray(String[]::new)));
  }
}
