package io.castmesh.runtime.metrics;

import io.castmesh.runtime.life.Lifecycle;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmHeapPressureMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What every process measures of itself, whatever it serves. */
public final class ProcessMeters {
  private ProcessMeters() {}

  /** Of the JVM. */
  public static PrometheusMeterRegistry registry(Lifecycle lifecycle) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.config().meterFilter(MeterFilter.replaceTagValues("pool_name", ProcessMeters::kind));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    JvmGcMetrics gc = new JvmGcMetrics();
    gc.bindTo(registry);
    JvmHeapPressureMetrics pressure = new JvmHeapPressureMetrics();
    pressure.bindTo(registry);
    onStop(
        lifecycle,
        "gc metrics",
        () -> {
          gc.close();
          pressure.close();
        });
    String version = ProcessMeters.class.getPackage().getImplementationVersion();
    Metric.VERSION.constant(registry, 1, version == null ? "development" : version);
    return registry;
  }

  /** Some pools carry an address in their name: as a label it would grow with the nodes. */
  private static String kind(String pool) {
    if (pool.matches(".*:\\d+")) {
      return "http";
    }
    int address = pool.indexOf(" ws");
    return address < 0 ? pool : pool.substring(0, address);
  }

  /** Begins to measure how late event loops are, until the process ends. */
  public static void measureEventLoops(Vertx vertx, Lifecycle lifecycle, MeterRegistry registry) {
    onStop(lifecycle, "event loop delay", new EventLoopDelay(vertx, registry)::stop);
  }

  /**
   * Looks every few seconds whether stores answer, until the process ends.
   *
   * @param pings by the name of the store
   * @return whether it answered when it was last asked, by the name of the store
   */
  public static Map<String, BooleanSupplier> watchStores(
      Vertx vertx,
      Lifecycle lifecycle,
      MeterRegistry registry,
      Map<String, Supplier<Future<Void>>> pings) {
    Map<String, BooleanSupplier> up = new HashMap<>();
    pings.forEach(
        (store, ping) -> {
          StoreWatch watch = new StoreWatch(vertx, store, ping, registry);
          onStop(lifecycle, store + " watch", watch::stop);
          up.put(store, watch::up);
        });
    return up;
  }

  private static void onStop(Lifecycle lifecycle, String what, Runnable end) {
    lifecycle.onStop(
        what,
        () -> {
          end.run();
          return Future.succeededFuture();
        });
  }
}
