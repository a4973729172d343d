package io.castmesh.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A Redis of our own: everything it acknowledged more than a second ago survives a crash
 * (append-only file, {@code appendfsync everysec}).
 */
public final class EmbeddedRedis {
  private static final Duration START = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 3;

  private final DataLock lock;
  private final Child child;
  private final int port;
  private final String password;

  private EmbeddedRedis(DataLock lock, Child child, int port, String password) {
    this.lock = lock;
    this.child = child;
    this.port = port;
    this.password = password;
  }

  /**
   * Starts on the data of the folder, or on none at the first start; blocks until Redis answers.
   *
   * @param dataDir holds {@code redis/}
   * @throws IOException when it does not start; says why
   */
  public static EmbeddedRedis start(Path dataDir) throws IOException {
    Path folder = Secrets.folder(dataDir.toAbsolutePath().resolve("redis"));
    DataLock lock = DataLock.take(folder);
    try {
      Path program = Programs.redisServer();
      Child.awaitPredecessor(folder, program);
      String password = Secrets.password(folder.resolve("password"));
      Path data = Secrets.folder(folder.resolve("data"));
      String problem = "";
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int port = Ports.free();
        Path config = folder.resolve("redis.conf");
        Secrets.writeText(config, config(port, password, data));
        Child child = Child.start("redis", folder, List.of(program.toString(), config.toString()));
        String hello = "AUTH " + password + "\r\nPING\r\n";
        if (Ports.awaitReady(
            "Redis", child, START, () -> Ports.ask(port, hello, "+PONG").contains("+PONG"))) {
          return new EmbeddedRedis(lock, child, port, password);
        }
        problem = child.lastWords();
      }
      throw new IOException("Redis does not start: " + problem);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** {@code redis://:password@127.0.0.1:port}. */
  public String url() {
    return "redis://:" + password + "@127.0.0.1:" + port;
  }

  /** Blocks until Redis has written everything down and ended. */
  public void stop() throws IOException {
    child.stop();
    lock.close();
  }

  private static String config(int port, String password, Path data) {
    return String.join(
        "\n",
        "bind 127.0.0.1",
        "port " + port,
        "requirepass " + password,
        "dir \"" + data + "\"",
        "appendonly yes",
        "appendfsync everysec",
        "save \"\"",
        "daemonize no",
        // The command line tells the next run whose process this is.
        "set-proc-title no",
        "maxclients 512",
        "");
  }
}
