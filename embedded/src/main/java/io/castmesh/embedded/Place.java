package io.castmesh.embedded;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where a database keeps its data and listens.
 *
 * @param dataDir holds a folder for each database
 * @param host the address that it listens on, and that clients are told
 * @param port 0: a free one, another one at every start
 * @param log where its output goes; null: into its own folder
 */
public record Place(Path dataDir, String host, int port, Path log) {
  /** Reachable on this machine alone. */
  public static final String LOOPBACK = "127.0.0.1";

  /** On this machine alone, on a free port. */
  public static Place in(Path dataDir) {
    return new Place(dataDir, LOOPBACK, 0, null);
  }

  /** The same at a port of its own. */
  Place at(int newPort) {
    return new Place(dataDir, host, newPort, log);
  }

  /** As addresses have it. */
  static String authority(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  int portOrFree() throws IOException {
    return port == 0 ? Ports.free() : port;
  }

  Path logOr(Path own) {
    return log == null ? own : log;
  }

  boolean loopback() {
    return host.equals(LOOPBACK);
  }
}
