package io.castmesh.runtime;

import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.bus.Trace;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.life.Management;
import io.castmesh.runtime.life.Signals;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.runtime.store.Stores;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.sqlclient.Pool;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and ends a process of castmesh: Vert.x, the bus, the stores, the management port, then the
 * services in the order in which they are deployed; all of it is stopped in reverse.
 *
 * <p>Blocking: belongs on the main thread (or a test's), never on an event loop.
 */
public final class Launcher {
  private static final Logger log = LoggerFactory.getLogger(Launcher.class);
  private static final long START_SECONDS = 60;
  private static final long RETRY_MILLIS = 250;

  private final Mesh mesh;

  private Launcher(Mesh mesh) {
    this.mesh = mesh;
  }

  /**
   * @param name of the process in its node id, such as gateway
   * @param config with the addresses of MySQL and Redis
   * @param lifecycle where the caller has already registered what outlives Vert.x
   */
  public static Launcher start(String name, RuntimeConfig config, Lifecycle lifecycle) {
    // Netty starts the flight recorder on the event loops otherwise, which blocks them for a while.
    System.getProperties().putIfAbsent("io.netty.jfr.enabled", "false");
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    JvmGcMetrics gc = new JvmGcMetrics();
    gc.bindTo(registry);
    Vertx vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setMetricsOptions(
                        new MicrometerMetricsOptions()
                            .setEnabled(true)
                            // A connection that is accepted while the server is being bound has no
                            // metric yet, and its request would never be answered.
                            .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER)))
            .withMetrics(new MicrometerMetricsFactory(registry))
            .build();
    lifecycle.onStop("vertx", vertx::close);
    lifecycle.onStop(
        "gc metrics",
        () -> {
          gc.close();
          return Future.succeededFuture();
        });
    Bus bus = Bus.of(vertx);
    Pool mysql = Stores.mysql(vertx, config);
    RedisStore redis = Stores.redis(vertx, config);
    lifecycle.onStop("mysql", mysql::close);
    lifecycle.onStop("redis", redis::close);
    Management management = new Management(vertx, lifecycle, registry);
    management.check("redis", redis::ping);
    // Lives, calls and those who are signed in go on without MySQL.
    management.report("mysql", () -> mysql.query("SELECT 1").execute().mapEmpty());
    lifecycle.onStop("management port", management::stop);
    await(management.start(config), "management port " + config.managementPort());
    await(answering(vertx, redis), "Redis client");
    String node = name + "-" + Trace.fresh().substring(0, 8);
    return new Launcher(
        new Mesh(
            vertx,
            node,
            config,
            bus,
            new ClientMessenger(bus),
            mysql,
            redis,
            lifecycle,
            management,
            registry));
  }

  /** Redis may be starting too, or be slow at first: it is asked again until the start gives up. */
  private static Future<Void> answering(Vertx vertx, RedisStore redis) {
    return redis
        .ping()
        .recover(
            away ->
                vertx
                    .timer(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                    .compose(waited -> answering(vertx, redis)));
  }

  public Mesh mesh() {
    return mesh;
  }

  /** Deploys services side by side and waits until all of them are really ready. */
  public Launcher deploy(VerticleBase... services) {
    Map<VerticleBase, Future<String>> deploying = new LinkedHashMap<>();
    for (VerticleBase service : services) {
      long begin = System.nanoTime();
      String name = service.getClass().getSimpleName();
      deploying.put(
          service,
          mesh.vertx()
              .deployVerticle(service)
              .onSuccess(
                  id ->
                      log.info(
                          "started {} ms={}",
                          name,
                          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))));
    }
    deploying.forEach(
        (service, deployed) -> {
          String name = service.getClass().getSimpleName();
          String id = await(deployed, name);
          mesh.lifecycle().onStop(name, () -> mesh.vertx().undeploy(id));
        });
    return this;
  }

  /** From now on the process is ready, and ends when it is told to. */
  public void ready() {
    mesh.management().started();
    Signals.handle(
        () -> {
          log.info("stopping");
          boolean clean = mesh.lifecycle().drain(mesh.config().drainDeadline());
          log.info("stopped clean={}", clean);
          Runtime.getRuntime().halt(clean ? 0 : 1);
        });
  }

  /**
   * Waits for a step of the start.
   *
   * @throws StartException when it fails or takes longer than a minute
   */
  public static <T> T await(Future<T> future, String what) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while starting " + what, e);
    } catch (TimeoutException e) {
      throw new StartException(
          "cannot start " + what + ": not ready within " + START_SECONDS + " s", e);
    } catch (Exception e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StartException("cannot start " + what + ": " + cause.getMessage(), cause);
    }
  }

  /** The process cannot start; the message is for its operator. */
  public static final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
