package io.castmesh.embedded;

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
  /** On this machine alone, on a free port. */
  public static Place in(Path dataDir) {
    return new Place(dataDir, Ports.LOOPBACK, 0, null);
  }

  int portOrFree() throws java.io.IOException {
    return port == 0 ? Ports.free() : port;
  }

  Path logOr(Path own) {
    return log == null ? own : log;
  }

  boolean loopback() {
    return host.equals(Ports.LOOPBACK);
  }
}
