package io.castmesh.testing;

import io.castmesh.embedded.EmbeddedStores;
import io.castmesh.runtime.log.Logging;
import io.castmesh.runtime.store.MysqlUrl;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The databases of one test JVM, in a temporary folder that goes with them. */
final class TestStores implements ExtensionContext.Store.CloseableResource {
  private static final int DEADLINE_MILLIS = 5_000;

  private final Path folder;
  private final EmbeddedStores stores;

  private TestStores(Path folder, EmbeddedStores stores) {
    this.folder = folder;
    this.stores = stores;
  }

  static TestStores start() {
    Logging.configure("text", System.getProperty("castmesh.test.log", "info"));
    try {
      Path folder = Files.createTempDirectory("castmesh-test-");
      return new TestStores(folder, EmbeddedStores.start(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String mysqlUrl() {
    return stores.mysqlUrl();
  }

  String redisUrl() {
    return stores.redisUrl();
  }

  Path freshFolder() throws IOException {
    return Files.createTempDirectory(folder, "class-");
  }

  /** What an earlier test class has written is gone. */
  void empty() throws SQLException, IOException {
    MysqlUrl url = MysqlUrl.parse(mysqlUrl());
    String jdbc = "jdbc:mariadb://" + url.host() + ":" + url.port() + "/";
    try (Connection connection = DriverManager.getConnection(jdbc, url.user(), url.password());
        Statement statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS castmesh");
      statement.execute("CREATE DATABASE castmesh");
    }
    URI redis = URI.create(redisUrl());
    String password = redis.getUserInfo().substring(1);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.getPort())) {
      socket.setSoTimeout(DEADLINE_MILLIS);
      String commands = "AUTH " + password + "\r\nFLUSHALL\r\nQUIT\r\n";
      socket.getOutputStream().write(commands.getBytes(StandardCharsets.UTF_8));
      try (InputStream in = socket.getInputStream()) {
        String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        if (!"+OK\r\n+OK\r\n+OK\r\n".equals(answer)) {
          throw new IOException("Redis cannot be emptied: " + answer);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    stores.stop();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }
}
