package io.castmesh.runtime;

import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.log.Logging;
import io.vertx.core.VerticleBase;
import java.lang.management.ManagementFactory;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/**
 * One service as a process of its own: settings, launcher, service, ready. Says in one sentence why
 * it cannot start, and exits with 78 for settings and 1 for anything else.
 */
public final class ServiceProcess {
  /** Gateways come and go with the load: they hold no data of the cluster. */
  private static final String LITE = "gateway";

  private ServiceProcess() {}

  /**
   * Returns when the service is ready; the process then lives until it is told to end.
   *
   * @param name of the service, such as room
   * @param read reads the service's settings
   * @param service makes its verticle
   */
  public static <C> void run(
      String name, Function<Settings, C> read, BiFunction<Mesh, C, VerticleBase> service) {
    Lifecycle lifecycle = new Lifecycle();
    Start.run(lifecycle, () -> start(name, read, service, lifecycle));
  }

  private static <C> void start(
      String name,
      Function<Settings, C> read,
      BiFunction<Mesh, C, VerticleBase> service,
      Lifecycle lifecycle) {
    Settings settings = Settings.load(System.getenv());
    RuntimeConfig runtime = RuntimeConfig.read(settings);
    C config = read.apply(settings);
    requireStores(settings, runtime);
    runtime.cluster().requireReachable(settings);
    settings.verifyOneService();
    Logging.configure(runtime.logFormat(), runtime.logLevel());
    Launcher launcher =
        runtime.cluster().enabled()
            ? Launcher.join(name, runtime, lifecycle, name.equals(LITE))
            : Launcher.start(name, runtime, lifecycle);
    launcher.endWhenTold().deploy(service.apply(launcher.mesh(), config)).ready();
    LoggerFactory.getLogger(ServiceProcess.class)
        .info(
            "ready node={} managementPort={} startMs={}",
            launcher.mesh().node(),
            launcher.mesh().management().port(),
            ManagementFactory.getRuntimeMXBean().getUptime());
  }

  private static void requireStores(Settings settings, RuntimeConfig config) {
    if (config.mysqlUrl().isEmpty()) {
      settings.problem("CASTMESH_MYSQL_URL: must be set for a service of its own");
    }
    if (config.redisUrl().isEmpty()) {
      settings.problem("CASTMESH_REDIS_URL: must be set for a service of its own");
    }
  }
}
