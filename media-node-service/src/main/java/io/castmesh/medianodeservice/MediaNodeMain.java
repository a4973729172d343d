package io.castmesh.medianodeservice;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.runtime.Launcher;
import io.castmesh.runtime.Launcher.StartException;
import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.life.Management;
import io.castmesh.runtime.life.Signals;
import io.castmesh.runtime.log.Logging;
import io.castmesh.runtime.metrics.ProcessMeters;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The media node as a process of its own, with the settings, the management port and the orderly
 * end of every process of castmesh. Its end finishes recordings.
 */
public final class MediaNodeMain {
  private MediaNodeMain() {}

  public static void main(String[] args) {
    Lifecycle lifecycle = new Lifecycle();
    try {
      Settings settings = Settings.load(System.getenv());
      RuntimeConfig runtime = RuntimeConfig.read(settings);
      MediaNodeConfig config =
          MediaNodeSettings.read(
              settings,
              settings.text("http.host", "127.0.0.1", "Where the gateway listens"),
              runtime.recordingsDir());
      settings.verifyOneService();
      Logging.configure(runtime.logFormat(), runtime.logLevel());
      start(runtime, config, lifecycle);
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(ConfigException.EXIT_CODE);
    } catch (StartException e) {
      System.err.println(e.getMessage());
      lifecycle.drain(Duration.ofSeconds(5));
      System.exit(1);
    }
  }

  private static void start(RuntimeConfig runtime, MediaNodeConfig config, Lifecycle lifecycle) {
    // Netty starts the flight recorder on the event loops otherwise, which blocks them for a while.
    System.getProperties().putIfAbsent("io.netty.jfr.enabled", "false");
    Logger log = LoggerFactory.getLogger(MediaNodeMain.class);
    PrometheusMeterRegistry registry = ProcessMeters.registry(lifecycle);
    Vertx vertx = Vertx.vertx();
    lifecycle.onStop("vertx", vertx::close);
    ProcessMeters.measureEventLoops(vertx, lifecycle, registry);
    Management management = new Management(vertx, lifecycle, registry);
    lifecycle.onStop("management port", management::stop);
    Launcher.await(management.start(runtime), "management port " + runtime.managementPort());
    MediaNode node = Launcher.await(MediaNode.start(vertx, config), "media node");
    lifecycle.onStop("media node", node::close);
    MediaNodeMeters.bind(registry, node);
    management.started();
    Signals.handle(
        () -> {
          log.info("stopping");
          boolean clean = lifecycle.drain(runtime.drainDeadline());
          log.info("stopped clean={}", clean);
          Runtime.getRuntime().halt(clean ? 0 : 1);
        });
    log.info(
        "ready control=ws://{}:{}/kurento management=http://{}:{} startMs={}",
        config.controlHost(),
        node.controlPort(),
        runtime.managementHost(),
        management.port(),
        ManagementFactory.getRuntimeMXBean().getUptime());
  }
}
