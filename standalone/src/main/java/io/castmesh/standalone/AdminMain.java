package io.castmesh.standalone;

import io.castmesh.embedded.EmbeddedMariaDb;
import io.castmesh.gateway.admin.AdminCommand;
import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.log.Logging;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * {@code ./castmesh admin}: administrators in the MySQL of the settings, or in the embedded one of
 * what runs on the data folder. Exits with 69 when neither answers.
 */
public final class AdminMain {
  /** Of {@code sysexits.h}: EX_UNAVAILABLE. */
  private static final int NOTHING_RUNS = 69;

  private AdminMain() {}

  public static void main(String[] args) {
    try {
      RuntimeConfig config = StandaloneConfig.read(Settings.load(System.getenv())).runtime();
      Logging.configure("text", "error");
      System.exit(run(config, List.of(args)));
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(ConfigException.EXIT_CODE);
    } catch (IOException e) {
      System.err.println("castmesh: " + e.getMessage());
      System.exit(NOTHING_RUNS);
    }
  }

  private static int run(RuntimeConfig config, List<String> arguments) throws IOException {
    RuntimeConfig reachable = config;
    if (config.mysqlUrl().isEmpty()) {
      Optional<String> running = EmbeddedMariaDb.running(config.dataDir());
      if (running.isEmpty()) {
        throw new IOException(
            "No castmesh runs on the data folder "
                + config.dataDir()
                + ": start it first, or set CASTMESH_MYSQL_URL or CASTMESH_DATA_DIR.");
      }
      reachable = config.withStores(running.get(), config.redisUrl());
    }
    boolean terminal = Boolean.getBoolean("castmesh.terminal");
    return AdminCommand.run(
        reachable, arguments, terminal ? System.console() : null, System.out, System.err);
  }
}
