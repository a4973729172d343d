package io.castmesh.runtime;

import io.castmesh.contract.Done;
import io.castmesh.contract.Nodes;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.cluster.Clustering;
import io.castmesh.runtime.cluster.Company;
import io.castmesh.runtime.cluster.Hearing;
import io.castmesh.runtime.cluster.Peers;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.life.Freeze;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.life.Management;
import io.castmesh.runtime.life.Signals;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.metrics.ProcessMeters;
import io.castmesh.runtime.store.Migrations;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.runtime.store.Stores;
import io.castmesh.runtime.trace.Tracing;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
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

  /** For tables of many million rows: broken off, their change would begin again. */
  private static final long MIGRATE_SECONDS = 1_800;

  private static final long LOOK_MILLIS = 250;
  private static final long RETRY_MILLIS = 250;

  private static final long ANSWER_MILLIS = 100;

  /** EX_TEMPFAIL of sysexits.h. */
  private static final int START_AFRESH = 75;

  private final Mesh mesh;
  private final AtomicBoolean ending = new AtomicBoolean();
  private volatile IntSupplier deaf = () -> 0;

  private Launcher(Mesh mesh) {
    this.mesh = mesh;
    Metric.DEAF.gauge(mesh.metrics(), this, launcher -> launcher.deaf.getAsInt());
  }

  /**
   * A process on its own.
   *
   * @param name of the process in its node id, such as gateway
   * @param config with the addresses of MySQL and Redis
   * @param lifecycle where the caller has already registered what outlives Vert.x
   */
  public static Launcher start(String name, RuntimeConfig config, Lifecycle lifecycle) {
    PrometheusMeterRegistry registry = registry(lifecycle);
    String node = node(name);
    Tracing tracing = tracing(name, node, config, lifecycle);
    Clustering clustering = Clustering.alone(registry, tracing);
    return start(name, node, config, lifecycle, registry, tracing, clustering);
  }

  /**
   * A process that joins the others of its cluster.
   *
   * @param lite holds no data of the cluster and is of no use alone: for those that come and go
   *     with the load and pass questions on
   */
  public static Launcher join(
      String name, RuntimeConfig config, Lifecycle lifecycle, boolean lite) {
    PrometheusMeterRegistry registry = registry(lifecycle);
    String node = node(name);
    Tracing tracing = tracing(name, node, config, lifecycle);
    Clustering clustering =
        await(
            Clustering.join(config.cluster(), lite, registry, tracing),
            "cluster " + config.cluster().name());
    Launcher launcher = start(name, node, config, lifecycle, registry, tracing, clustering);
    if (lite) {
      Company company = new Company(launcher.mesh.peers(), System::nanoTime);
      launcher.mesh.management().check("mesh", company::well);
    }
    await(launcher.meet(clustering), "bus");
    return launcher;
  }

  private static PrometheusMeterRegistry registry(Lifecycle lifecycle) {
    // Netty starts the flight recorder on the event loops otherwise, which blocks them for a while.
    System.getProperties().putIfAbsent("io.netty.jfr.enabled", "false");
    return ProcessMeters.registry(lifecycle);
  }

  private static String node(String name) {
    return name + "-" + Ids.fresh().substring(0, 8);
  }

  /** Stops last: what happens while the others stop is told, too. */
  private static Tracing tracing(
      String name, String node, RuntimeConfig config, Lifecycle lifecycle) {
    Tracing tracing = Tracing.of(config.tracing(), name, node);
    lifecycle.onStop("tracing", tracing::close);
    return tracing;
  }

  private static Launcher start(
      String name,
      String node,
      RuntimeConfig config,
      Lifecycle lifecycle,
      PrometheusMeterRegistry registry,
      Tracing tracing,
      Clustering clustering) {
    Vertx vertx = clustering.vertx();
    lifecycle.onStop("vertx", vertx::close);
    Freeze freeze = Freeze.watch();
    lifecycle.onStop("freeze watch", freeze::close);
    Bus bus = Bus.of(vertx, node, clustering.membership(), freeze, registry, tracing);
    Peers peers =
        Peers.of(
            vertx,
            bus,
            node,
            name,
            clustering.member(),
            () -> lifecycle.state().name().toLowerCase(Locale.ROOT),
            freeze,
            registry);
    Pool mysql = Stores.mysql(vertx, config);
    RedisStore redis = Stores.redis(vertx, config, registry);
    lifecycle.onStop("mysql", mysql::close);
    lifecycle.onStop("redis", redis::close);
    Management management = new Management(vertx, lifecycle, registry);
    management.mesh(() -> view(peers));
    // All processes share them: were they not ready without, a moment's absence would take the
    // whole site away. Lives, calls and open sockets go on; what needs a store says so by itself.
    Map<String, Supplier<Future<Void>>> stores =
        Map.of("redis", redis::ping, "mysql", () -> mysql.query("SELECT 1").execute().mapEmpty());
    ProcessMeters.watchStores(vertx, lifecycle, registry, stores).forEach(management::report);
    ProcessMeters.measureEventLoops(vertx, lifecycle, registry);
    lifecycle.onStop("management port", management::stop);
    lifecycle.onStop("migrations", Migrations::ended);
    await(management.start(config), "management port " + config.managementPort());
    await(answering(vertx, redis), "Redis client");
    return new Launcher(
        new Mesh(
            vertx,
            node,
            config,
            bus,
            new ClientMessenger(vertx, bus, peers),
            peers,
            mysql,
            redis,
            lifecycle,
            management,
            freeze,
            registry,
            tracing));
  }

  /** The mesh as this process sees it. */
  private static JsonObject view(Peers peers) {
    JsonArray nodes = new JsonArray();
    for (Nodes.Node node : peers.nodes()) {
      nodes.add(
          new JsonObject()
              .put("node", node.node())
              .put("service", node.service())
              .put("version", node.version())
              .put("startedAt", node.startedAt().toString())
              .put("state", node.state()));
    }
    return new JsonObject().put("node", peers.self().node()).put("nodes", nodes);
  }

  /** Makes itself known to the others, and hears of them. */
  private Future<?> meet(Clustering clustering) {
    Hearing hearing =
        new Hearing(
            mesh.vertx(),
            mesh.bus(),
            mesh.peers(),
            clustering.membership(),
            () -> startAfresh("cannot be reached over the bus"));
    mesh.management().check("bus", hearing::well);
    deaf = hearing::failures;
    mesh.lifecycle().onStop("peers", mesh.peers()::stop);
    mesh.lifecycle().onStop("hearing", hearing::stop);
    return mesh.bus()
        .join(mesh.peers()::hasDied, mesh.peers()::parted)
        .compose(joined -> mesh.peers().start(clustering.membership()))
        .compose(started -> mesh.clients().start())
        .compose(started -> hearing.start())
        .compose(hears -> mesh.bus().serve(Nodes.DRAIN.at(mesh.node()), this::drainWhenAsked));
  }

  /** Answers first: whoever asks is to know that it begins. */
  private Future<Done> drainWhenAsked(Nodes.Drain wish) {
    log.info("asked to end by={}", wish.by());
    mesh.vertx().setTimer(ANSWER_MILLIS, timer -> new Thread(() -> end(0), "shutdown").start());
    return Future.succeededFuture(Done.DONE);
  }

  /** Redis may be starting too, or be slow at first: it is asked again until the start gives up. */
  private static Future<Void> answering(Vertx vertx, RedisStore redis) {
    return redis
        .start()
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
          String id = await(deployed, name, Migrations::underWay);
          mesh.lifecycle().onStop(name, () -> mesh.vertx().undeploy(id));
        });
    return this;
  }

  /** From now on the process is ready, until it is told to end. */
  public void ready() {
    if (mesh.vertx().isClustered()) {
      // Goes first: nobody asks a service that is about to end.
      mesh.lifecycle().onStop("bus", () -> mesh.bus().retire(mesh.peers()::beat));
      mesh.peers().beat();
    }
    mesh.management().started();
  }

  /** From now on SIGTERM and SIGINT end the process in order, also while it is still starting. */
  public Launcher endWhenTold() {
    Signals.handle(() -> end(0));
    return this;
  }

  /** Ends the process in order, with an exit status that asks for another one in its place. */
  public void startAfresh(String why) {
    log.error("{}: ends, to be started afresh", why);
    new Thread(() -> end(START_AFRESH), "shutdown").start();
  }

  /** Once, whoever asks for it first: a second one would cut the first short. */
  private void end(int code) {
    if (!ending.compareAndSet(false, true)) {
      return;
    }
    log.info("stopping");
    boolean clean = mesh.lifecycle().drain(mesh.config().drainDeadline());
    log.info("stopped clean={}", clean);
    Runtime.getRuntime().halt(clean || code != 0 ? code : 1);
  }

  /**
   * Waits for a step of the start.
   *
   * @throws StartException when it fails or takes longer than a minute
   */
  public static <T> T await(Future<T> future, String what) {
    return await(future, what, () -> false);
  }

  /**
   * @param changing tables are being changed, which may take longer than the rest
   */
  private static <T> T await(Future<T> future, String what, BooleanSupplier changing) {
    CompletableFuture<T> result = future.toCompletionStage().toCompletableFuture();
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try {
      while (true) {
        try {
          return result.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException notYet) {
          long now = System.nanoTime();
          if (changing.getAsBoolean() && now - begin < TimeUnit.SECONDS.toNanos(MIGRATE_SECONDS)) {
            end = now + TimeUnit.SECONDS.toNanos(START_SECONDS);
          } else if (now - end > 0) {
            throw new StartException(
                "cannot start " + what + ": not ready within " + START_SECONDS + " s", notYet);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while starting " + what, e);
    } catch (ExecutionException | CancellationException e) {
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
