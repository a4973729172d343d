package io.castmesh.runtime.life;

import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.log.LogLevels;
import io.castmesh.runtime.metrics.Label;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The port for operators: {@code /health/live} (the process works), {@code /health/ready} (it may
 * be given work: everything it needs answers and it is not draining), {@code /health/serving} (the
 * same for load balancers, which tell a process that wants nothing new, 404, from one that is
 * dead), {@code /mesh} (who this process is and whom it knows), {@code /log-levels} and {@code
 * /metrics} (Prometheus).
 */
public final class Management {
  private static final long CHECK_SECONDS = 2;

  private final Vertx vertx;
  private final Lifecycle lifecycle;
  private final PrometheusMeterRegistry registry;
  private final Map<String, Supplier<Future<Void>>> checks = new ConcurrentHashMap<>();
  private final Map<String, BooleanSupplier> reports = new ConcurrentHashMap<>();
  private volatile Supplier<JsonObject> mesh = JsonObject::new;
  private volatile boolean started;
  private HttpServer server;

  public Management(Vertx vertx, Lifecycle lifecycle, PrometheusMeterRegistry registry) {
    this.vertx = vertx;
    this.lifecycle = lifecycle;
    this.registry = registry;
    for (String state : Label.STATE.allowed()) {
      Metric.STATE.gauge(registry, this, me -> me.state().equals(state) ? 1 : 0, state);
    }
  }

  /**
   * Adds something that readiness depends on; the check fails or takes over two seconds: not ready.
   */
  public void check(String name, Supplier<Future<Void>> check) {
    checks.put(name, check);
  }

  /**
   * Adds something that is told beside readiness but does not decide it: without it the process
   * still does most of its work.
   *
   * @param up what is known of it: who asks for readiness waits for no store that hangs
   */
  public void report(String name, BooleanSupplier up) {
    reports.put(name, up);
  }

  /** Readiness depends from now on on what was only told beside it. */
  public void require(String reported) {
    BooleanSupplier up = reports.remove(reported);
    check(
        reported,
        () ->
            up.getAsBoolean()
                ? Future.succeededFuture()
                : Future.failedFuture(reported + " does not answer"));
  }

  /** What {@code /mesh} says. */
  public void mesh(Supplier<JsonObject> mesh) {
    this.mesh = mesh;
  }

  /** Until then the process is alive but not ready. */
  public void started() {
    started = true;
  }

  private String state() {
    return started || !lifecycle.running()
        ? lifecycle.state().name().toLowerCase(Locale.ROOT)
        : "starting";
  }

  public int port() {
    return server.actualPort();
  }

  public Future<Void> start(RuntimeConfig config) {
    Router router = Router.router(vertx);
    router.get("/health/live").handler(ctx -> ctx.json(new JsonObject().put("status", "UP")));
    router.get("/health/ready").handler(ctx -> ready(ctx, 503));
    router.get("/health/serving").handler(ctx -> ready(ctx, 404));
    router.get("/mesh").handler(ctx -> ctx.json(mesh.get()));
    new LogLevels(vertx).mount(router);
    router
        .get("/metrics")
        .handler(
            ctx ->
                ctx.response()
                    .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(registry.scrape()));
    server = vertx.createHttpServer().requestHandler(router);
    return server.listen(config.managementPort(), config.managementHost()).mapEmpty();
  }

  public Future<Void> stop() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  private void ready(RoutingContext ctx, int otherwise) {
    JsonObject parts = new JsonObject();
    AtomicBoolean up = new AtomicBoolean(started && lifecycle.running());
    List<Future<Void>> all = new ArrayList<>();
    checks.forEach((name, check) -> all.add(ask(name, check, parts, () -> up.set(false))));
    reports.forEach((name, known) -> parts.put(name, known.getAsBoolean() ? "UP" : "DOWN"));
    Future.join(all)
        .onComplete(
            done ->
                ctx.response()
                    .setStatusCode(up.get() ? 200 : otherwise)
                    .putHeader("content-type", "application/json")
                    .end(
                        new JsonObject()
                            .put("status", up.get() ? "UP" : "DOWN")
                            .put("state", started ? lifecycle.state().name() : "STARTING")
                            .put("checks", parts)
                            .encode()));
  }

  private static Future<Void> ask(
      String name, Supplier<Future<Void>> check, JsonObject parts, Runnable onDown) {
    return check
        .get()
        .timeout(CHECK_SECONDS, TimeUnit.SECONDS)
        .onSuccess(answered -> parts.put(name, "UP"))
        .recover(
            error -> {
              onDown.run();
              parts.put(name, "DOWN");
              return Future.succeededFuture();
            });
  }
}
