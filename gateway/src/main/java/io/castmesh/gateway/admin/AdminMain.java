package io.castmesh.gateway.admin;

import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.log.Logging;
import java.util.List;

/** {@link AdminCommand} on the settings of a gateway, such as inside of its container. */
public final class AdminMain {
  private AdminMain() {}

  public static void main(String[] args) {
    try {
      Settings settings = Settings.load(System.getenv());
      RuntimeConfig config = RuntimeConfig.read(settings);
      if (config.mysqlUrl().isEmpty()) {
        settings.problem("CASTMESH_MYSQL_URL: must be set");
      }
      settings.verifyOneService();
      Logging.configure("text", "error");
      System.exit(
          AdminCommand.run(config, List.of(args), System.console(), System.out, System.err));
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(ConfigException.EXIT_CODE);
    }
  }
}
