package io.castmesh.standalone.cluster;

import io.castmesh.embedded.DataLock;
import io.castmesh.embedded.Programs;
import io.castmesh.runtime.Launcher.StartException;
import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.life.Signals;
import io.castmesh.runtime.log.Logging;
import io.castmesh.standalone.Prerequisites;
import io.castmesh.standalone.StandaloneConfig;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code ./castmesh cluster}: a cluster on one machine, watched over until it is told to end. Exits
 * with 64 for a command line and 78 for settings that cannot be used, 69 when HAProxy is missing, 1
 * when something does not start.
 */
public final class ClusterMain {
  /** Of {@code sysexits.h}: EX_UNAVAILABLE. */
  private static final int MISSING = 69;

  private static final int FORCED = 130;
  private static final long ROTATE_MILLIS = 5_000;

  /** For last words: a terminal that was stopped takes none. */
  private static final Duration WRITTEN = Duration.ofSeconds(1);

  private ClusterMain() {}

  public static void main(String[] args) {
    Display display = new Display(System.out, Boolean.getBoolean("castmesh.terminal"));
    try {
      ClusterOptions options = ClusterOptions.parse(List.of(args));
      StandaloneConfig config = StandaloneConfig.read(Settings.load(System.getenv()));
      Logging.configure("text", "warn");
      Optional<Path> haproxy = haproxy();
      if (haproxy.isEmpty()) {
        System.err.println("castmesh: HAProxy is missing: install it (Debian: haproxy).");
        System.exit(MISSING);
      }
      start(options, config, haproxy.get(), display);
    } catch (UsageException e) {
      System.err.println("castmesh: " + e.getMessage());
      System.exit(UsageException.EXIT_CODE);
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(ConfigException.EXIT_CODE);
    } catch (StartException | IOException e) {
      System.err.println("castmesh: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void start(
      ClusterOptions options, StandaloneConfig config, Path haproxy, Display display)
      throws IOException {
    Prerequisites.checkCluster(config, options.port());
    Path data = config.runtime().dataDir();
    DataLock lock = DataLock.take(data);
    ClusterPlan.Processes plan =
        ClusterPlan.make(
            options,
            config,
            quickStart(display),
            haproxy,
            ProxyCertificate.of(config.gateway().tls(), data.resolve("cluster")));
    Supervisor supervisor =
        new Supervisor(
            plan,
            config.runtime().drainDeadline(),
            new ProcessFile(data, plan.url(), display::say),
            display::changed);
    Control control =
        Control.open(
            plan.controlPort(),
            plan.folder(),
            supervisor,
            display::table,
            config.runtime().drainDeadline());
    Signals.handle(() -> stop(supervisor, control, lock, display), () -> force(supervisor));
    display.show(supervisor);
    keepLogsSmall(plan.logs(), display);
    Optional<Supervised> failed = supervisor.start();
    if (failed.isPresent() && !supervisor.stopping()) {
      Supervised culprit = failed.get();
      display.sayBelow(
          culprit.spec().name()
              + " does not start: "
              + culprit.status().note()
              + "; its log ends:");
      display.flush(WRITTEN);
      System.err.println(lastWords(plan.logs().resolve(culprit.spec().name() + ".log")));
      supervisor.stop();
      System.exit(1);
    }
    if (!supervisor.stopping()) {
      display.say(
          "cluster is ready url="
              + plan.url()
              + " startMs="
              + ManagementFactory.getRuntimeMXBean().getUptime());
    }
  }

  private static QuickStart quickStart(Display display) throws IOException {
    QuickStart quickStart = QuickStart.of(Programs.cacheFolder(), ClusterPlan.classPath());
    if (quickStart.canBeMade()) {
      display.say("making an archive of classes for quick starts, once for this build …");
      try {
        quickStart.make();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return quickStart;
  }

  private static void stop(Supervisor supervisor, Control control, DataLock lock, Display display) {
    display.say("stopping …");
    supervisor.stop();
    control.close();
    display.sayBelow("stopped");
    display.flush(WRITTEN);
    try {
      lock.close();
    } catch (IOException e) {
      // The system releases it now anyway.
    }
    Runtime.getRuntime().halt(0);
  }

  private static void force(Supervisor supervisor) {
    supervisor.force();
    Runtime.getRuntime().halt(FORCED);
  }

  private static void keepLogsSmall(Path logs, Display display) {
    Thread thread =
        new Thread(
            () -> {
              LogRotation rotation = new LogRotation(logs, display::say);
              try {
                while (true) {
                  TimeUnit.MILLISECONDS.sleep(ROTATE_MILLIS);
                  rotation.look();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nobody does that: it ends with the JVM
              }
            },
            "log-rotation");
    thread.setDaemon(true);
    thread.start();
  }

  private static String lastWords(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Debian puts it where only administrators look. */
  static Optional<Path> haproxy() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(
            Stream.of(path.split(File.pathSeparator)),
            Stream.of("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "haproxy"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
