package io.castmesh.standalone;

import io.castmesh.runtime.Launcher.StartException;
import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.RuntimeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds out at once, in one sentence each, what would otherwise fail after seconds. */
public final class Prerequisites {
  private Prerequisites() {}

  static void check(StandaloneConfig config) {
    bothStores(config.runtime());
    writable(config.runtime().dataDir(), "data folder");
    writable(config.runtime().recordingsDir(), "recordings folder");
    free(config.gateway().host(), config.gateway().port(), "CASTMESH_HTTP_PORT");
    free(
        config.runtime().managementHost(),
        config.runtime().managementPort(),
        "CASTMESH_MANAGEMENT_PORT");
  }

  /**
   * The same for a cluster, whose processes have ports of their own behind a proxy.
   *
   * @param port of the proxy; 0: the one of the settings
   */
  public static void checkCluster(StandaloneConfig config, int port) {
    bothStores(config.runtime());
    writable(config.runtime().dataDir(), "data folder");
    writable(config.runtime().recordingsDir(), "recordings folder");
    free(config.gateway().host(), port == 0 ? config.gateway().port() : port, "--port");
  }

  private static void writable(Path folder, String name) {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".write", ".test"));
    } catch (IOException e) {
      throw new StartException("the " + name + " " + folder + " cannot be written", e);
    }
  }

  private static void free(String host, int port, String variable) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new StartException(whyNot(host, port, variable, String.valueOf(e.getMessage())), e);
    }
  }

  private static String whyNot(String host, int port, String variable, String error) {
    String where = "port " + port + " on " + host + " ";
    if (error.contains("in use")) {
      return where + "is taken; choose another one with " + variable;
    }
    if (error.contains("ermission")) {
      return where + "needs rights that this user lacks; choose another one with " + variable;
    }
    return where + "cannot be opened, is that an address of this machine? " + error;
  }

  private static void bothStores(RuntimeConfig config) {
    if (config.mysqlUrl().isEmpty() != config.redisUrl().isEmpty()) {
      throw new ConfigException(
          List.of("set both CASTMESH_MYSQL_URL and CASTMESH_REDIS_URL, or none"));
    }
  }
}
