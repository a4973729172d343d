package io.castmesh.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A Redis of our own: everything it acknowledged more than a second ago survives a crash
 * (append-only file, {@code appendfsync everysec}).
 */
public final class EmbeddedRedis implements EmbeddedServer {
  private static final Duration START = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 3;

  private final DataLock lock;
  private final Child child;
  private final String host;
  private final int port;
  private final String password;

  private EmbeddedRedis(DataLock lock, Child child, String host, int port, String password) {
    this.lock = lock;
    this.child = child;
    this.host = host;
    this.port = port;
    this.password = password;
  }

  /**
   * Starts on the data of the folder, or on none at the first start; blocks until Redis answers.
   *
   * @param place whose data folder holds {@code redis/}
   * @throws IOException when it does not start; says why
   */
  public static EmbeddedRedis start(Place place) throws IOException {
    Path folder = folder(place);
    DataLock lock = DataLock.take(folder);
    try {
      Path program = Programs.redisServer();
      Child.awaitPredecessor(folder, program);
      String password = password(folder);
      Path data = Secrets.folder(folder.resolve("data"));
      String problem = "";
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int port = place.portOrFree();
        String host = place.host();
        Path config = folder.resolve("redis.conf");
        Secrets.writeText(config, config(host, port, password, data));
        Child child =
            Child.start(
                Child.Launch.of("redis", folder, place)
                    .with(List.of(program.toString(), config.toString())));
        // It hangs up after QUIT, also when the answer is that it is still loading.
        String hello = "AUTH " + password + "\r\nPING\r\nQUIT\r\n";
        if (Ports.awaitReady(
            "Redis", child, START, () -> Ports.ask(host, port, hello, "+PONG").contains("+PONG"))) {
          return new EmbeddedRedis(lock, child, host, port, password);
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
  @Override
  public String url() {
    return url(password, host, port);
  }

  /**
   * The same before it runs.
   *
   * @param place with a port
   */
  public static String url(Place place) throws IOException {
    return url(password(folder(place)), place.host(), place.port());
  }

  private static String url(String password, String host, int port) {
    return "redis://:" + password + "@" + Place.authority(host, port);
  }

  private static Path folder(Place place) throws IOException {
    return Secrets.folder(place.dataDir().toAbsolutePath().resolve("redis"));
  }

  private static String password(Path folder) throws IOException {
    return Secrets.password(folder.resolve("password"));
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public Child child() {
    return child;
  }

  /** Blocks until Redis has written everything down and ended. */
  @Override
  public void stop() throws IOException {
    child.stop();
    lock.close();
  }

  private static String config(String host, int port, String password, Path data) {
    return String.join(
        "\n",
        "bind " + host,
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
