package io.castmesh.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A MariaDB of our own with one database and one user; every transaction that was acknowledged
 * survives a crash. Its accounts are written anew at each start: root and the anonymous accounts of
 * the installation do not exist.
 */
public final class EmbeddedMariaDb implements EmbeddedServer {
  private static final String NAME = "castmesh";

  /** Where it listens, or has listened, as {@code host port}. */
  private static final String ADDRESS = "address";

  private static final Duration INSTALL = Duration.ofMinutes(2);

  /** Recovery after a crash is part of a start. */
  private static final Duration START = Duration.ofMinutes(2);

  private static final int ATTEMPTS = 3;

  /** For a laptop: about 120 MB resident. */
  private static final List<String> SMALL =
      List.of(
          "--innodb-buffer-pool-size=64M",
          "--innodb-log-file-size=48M",
          "--innodb-log-buffer-size=4M",
          "--aria-pagecache-buffer-size=8M",
          "--key-buffer-size=1M",
          "--performance-schema=OFF",
          "--table-open-cache=256",
          "--max-connections=100");

  private final DataLock lock;
  private final Child child;
  private final String host;
  private final int port;
  private final String password;

  private EmbeddedMariaDb(DataLock lock, Child child, String host, int port, String password) {
    this.lock = lock;
    this.child = child;
    this.host = host;
    this.port = port;
    this.password = password;
  }

  /**
   * Starts on the data of the folder, which the first start installs; blocks until MariaDB answers.
   *
   * @param place whose data folder holds {@code mariadb/}
   * @throws IOException when it does not start; says why
   */
  public static EmbeddedMariaDb start(Place place) throws IOException {
    Path folder = folder(place);
    DataLock lock = DataLock.take(folder);
    try {
      Path base = Programs.mariaDb();
      Path program = base.resolve("bin/mariadbd");
      Child.awaitPredecessor(folder, program);
      Path data = installed(base, folder);
      String password = password(folder);
      Path accounts = folder.resolve("accounts.sql");
      Secrets.writeText(accounts, accounts(password, place));
      String problem = "";
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int port = place.portOrFree();
        String host = place.host();
        Child child =
            Child.start(
                Child.Launch.of("mariadb", folder, place)
                    .with(command(program, base, folder, data, accounts, host, port)));
        // The server speaks first, and only when the accounts have been written.
        if (Ports.awaitReady(
            "MariaDB", child, START, () -> !Ports.ask(host, port, "", "").isEmpty())) {
          Secrets.writeText(folder.resolve(ADDRESS), host + " " + port + "\n");
          return new EmbeddedMariaDb(lock, child, host, port, password);
        }
        problem = child.lastWords();
      }
      throw new IOException("MariaDB does not start: " + problem);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** {@code mysql://castmesh:password@127.0.0.1:port/castmesh}. */
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

  /**
   * The same of one that some process runs on a data folder.
   *
   * @return empty: none answers
   * @throws IOException when its files cannot be read, as by another user than the one that runs it
   */
  public static Optional<String> running(Path dataDir) throws IOException {
    Path folder = dataDir.toAbsolutePath().resolve("mariadb");
    if (!Files.exists(folder.resolve(ADDRESS))) {
      return Optional.empty();
    }
    String[] address = Files.readString(folder.resolve(ADDRESS)).strip().split(" ");
    int port = Integer.parseInt(address[1]);
    return Ports.ask(address[0], port, "", "").isEmpty()
        ? Optional.empty()
        : Optional.of(url(password(folder), address[0], port));
  }

  private static String url(String password, String host, int port) {
    return "mysql://" + NAME + ":" + password + "@" + Place.authority(host, port) + "/" + NAME;
  }

  private static Path folder(Place place) throws IOException {
    return Secrets.folder(place.dataDir().toAbsolutePath().resolve("mariadb"));
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

  /** Blocks until MariaDB has written everything down and ended. */
  @Override
  public void stop() throws IOException {
    child.stop();
    lock.close();
  }

  private static List<String> command(
      Path program, Path base, Path folder, Path data, Path accounts, String host, int port)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add("--no-defaults");
    command.add("--basedir=" + base);
    command.add("--datadir=" + data);
    command.add("--lc-messages-dir=" + base.resolve("share"));
    command.add("--tmpdir=" + Secrets.folder(folder.resolve("tmp")));
    command.add("--init-file=" + accounts);
    // Relative to the data folder: the path of a socket may have about 100 characters only.
    command.add("--socket=mariadb.sock");
    command.add("--bind-address=" + host);
    command.add("--port=" + port);
    command.add("--skip-name-resolve");
    command.add("--skip-ssl");
    command.add("--character-set-server=utf8mb4");
    command.add("--collation-server=utf8mb4_unicode_ci");
    command.add("--default-storage-engine=InnoDB");
    command.addAll(SMALL);
    command.addAll(asRoot());
    return command;
  }

  /** The data folder, made in one step: an installation that was cut off is begun again. */
  private static Path installed(Path base, Path folder) throws IOException {
    Path data = folder.resolve("data");
    if (Files.isDirectory(data)) {
      return data;
    }
    Path half = folder.resolve("data.installing");
    Programs.delete(half);
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                base.resolve("scripts/mariadb-install-db").toString(),
                "--no-defaults",
                "--basedir=" + base,
                "--datadir=" + half,
                "--lc-messages-dir=" + base.resolve("share"),
                "--innodb-log-file-size=48M",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--force"));
    command.addAll(asRoot());
    Path log = folder.resolve("install.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(folder.toFile())
            .start();
    try {
      if (!process.waitFor(INSTALL.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("the installation of MariaDB does not end; see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IOException("interrupted while installing MariaDB", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "MariaDB cannot be installed: " + Files.readString(log, StandardCharsets.UTF_8).strip());
    }
    Files.move(half, data, StandardCopyOption.ATOMIC_MOVE);
    return data;
  }

  /** One statement a line, as {@code --init-file} wants it. */
  private static String accounts(String password, Place place) {
    // Elsewhere than on loopback its clients come from addresses that nobody knows beforehand.
    String account = "'castmesh'@'" + (place.loopback() ? Place.LOOPBACK : "%") + "'";
    return String.join(
        "\n",
        "CREATE DATABASE IF NOT EXISTS castmesh;",
        "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';",
        "DELETE FROM mysql.db;",
        "FLUSH PRIVILEGES;",
        "CREATE USER " + account + " IDENTIFIED BY '" + password + "';",
        "GRANT ALL PRIVILEGES ON castmesh.* TO " + account + ";",
        "");
  }

  /** MariaDB refuses to run as root unless it is told that this is meant. */
  private static List<String> asRoot() {
    return "root".equals(System.getProperty("user.name")) ? List.of("--user=root") : List.of();
  }
}
