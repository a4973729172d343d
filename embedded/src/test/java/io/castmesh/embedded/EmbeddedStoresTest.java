package io.castmesh.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoresTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;

  @Test
  void whatWasWrittenIsThereAfterAnOrderlyRestart() throws Exception {
    // given
    EmbeddedStores first = EmbeddedStores.start(folder);
    write(first.mysqlUrl(), first.redisUrl());
    List<ProcessHandle> servers = servers();

    // when
    first.stop();

    // then
    assertThat(servers).hasSize(2).noneMatch(ProcessHandle::isAlive);
    EmbeddedStores second = EmbeddedStores.start(folder);
    try {
      assertThat(read(second.mysqlUrl(), second.redisUrl())).isEqualTo("grüße 你好 / 42");
    } finally {
      second.stop();
    }
  }

  @Test
  void aKilledProcessLeavesNoServerBehindAndNothingWrittenIsLost() throws Exception {
    // given a process that runs both, and data whose Redis part is older than a second
    Process process = process();
    Map<String, String> said = awaitReady(process);
    write(said.get("mysql"), said.get("redis"));
    Thread.sleep(1_500);
    List<ProcessHandle> servers = servers();
    assertThat(servers).hasSize(2).allMatch(ProcessHandle::isAlive);

    // when
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    EmbeddedStores next = EmbeddedStores.start(folder);

    // then
    try {
      assertThat(servers).noneMatch(ProcessHandle::isAlive);
      assertThat(read(next.mysqlUrl(), next.redisUrl())).isEqualTo("grüße 你好 / 42");
    } finally {
      next.stop();
    }
  }

  @Test
  void aKilledProcessLeavesNoServerBehindEvenWhenNobodyStartsAgain() throws Exception {
    // given
    Process process = process();
    awaitReady(process);
    List<ProcessHandle> servers = servers();

    // when
    process.destroyForcibly();

    // then
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (servers.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    assertThat(servers).hasSize(2).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void aServerThatDiesIsStartedAgainAtItsPortWithItsData() throws Exception {
    // given data whose Redis part is older than a second
    EmbeddedStores stores = EmbeddedStores.start(folder);
    try {
      write(stores.mysqlUrl(), stores.redisUrl());
      Thread.sleep(1_500);
      List<ProcessHandle> killed = servers();

      // when
      killed.forEach(ProcessHandle::destroyForcibly);

      // then
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!answers(stores) && System.nanoTime() < end) {
        Thread.sleep(50);
      }
      assertThat(read(stores.mysqlUrl(), stores.redisUrl())).isEqualTo("grüße 你好 / 42");
      assertThat(servers()).hasSize(2).doesNotContainAnyElementsOf(killed);
    } finally {
      stores.stop();
    }
    assertThat(servers()).noneMatch(ProcessHandle::isAlive);
  }

  private static boolean answers(EmbeddedStores stores) {
    try {
      return read(stores.mysqlUrl(), stores.redisUrl()).endsWith("42");
    } catch (SQLException notYet) {
      return false;
    }
  }

  @Test
  void aServerThatDiesAgainAndAgainIsGivenUp() throws Exception {
    // given one that ends at once
    Child.Launch launch =
        Child.Launch.of("redis", folder, Place.in(folder)).with(List.of("/bin/sh", "-c", "exit 3"));
    Kept kept = Kept.start("redis", port -> new Dying(Child.start(launch)));
    CompletableFuture<String> givenUp = new CompletableFuture<>();

    // when
    kept.onGivenUp(givenUp::complete);

    // then
    assertThat(givenUp.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("redis");
    kept.stop();
  }

  private record Dying(Child child) implements EmbeddedServer {
    @Override
    public String url() {
      return "redis://127.0.0.1:1";
    }

    @Override
    public int port() {
      return 1;
    }

    @Override
    public void stop() {
      child.stop();
    }
  }

  @Test
  void aFolderInUseIsRefusedWithASentence() throws Exception {
    // given
    EmbeddedStores running = EmbeddedStores.start(folder);

    // when, then
    try {
      assertThatThrownBy(() -> EmbeddedStores.start(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another castmesh");
    } finally {
      running.stop();
    }
  }

  @Test
  void nobodyGetsInWithoutThePassword() throws Exception {
    // given
    EmbeddedStores stores = EmbeddedStores.start(folder);
    try {
      int mysqlPort = port(stores.mysqlUrl());
      int redisPort = port(stores.redisUrl());

      // when, then
      for (String user : List.of("root", "castmesh", "mariadb.sys", "")) {
        assertThatThrownBy(() -> connect(mysqlPort, "mysql", user, "").close())
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("Access denied");
      }
      assertThat(Ports.ask(Place.LOOPBACK, redisPort, "PING\r\n", "\r\n")).startsWith("-NOAUTH");
      assertThat(Ports.ask(Place.LOOPBACK, redisPort, "AUTH wrong\r\n", "\r\n"))
          .startsWith("-WRONGPASS");
      for (String secret :
          List.of(
              "mariadb/password", "mariadb/accounts.sql", "redis/password", "redis/redis.conf")) {
        assertThat(
                PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(folder.resolve(secret))))
            .as(secret)
            .isEqualTo("rw-------");
      }
    } finally {
      stores.stop();
    }
  }

  @Test
  void aMachineWithoutBinariesIsToldWhatToDo() {
    assertThatThrownBy(() -> Programs.requireSupported("Linux", "aarch64"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Linux aarch64")
        .hasMessageContaining("CASTMESH_MYSQL_URL");
  }

  private Process process() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            StoresMain.class.getName(),
            folder.toString())
        .redirectErrorStream(true)
        .start();
  }

  private static Map<String, String> awaitReady(Process process) throws IOException {
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    Map<String, String> said = new HashMap<>();
    List<String> all = new ArrayList<>();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      all.add(line);
      if (line.equals("ready")) {
        return said;
      }
      String[] words = line.split(" ", 2);
      said.put(words[0], words.length > 1 ? words[1] : "");
    }
    throw new AssertionError("the process ended before it was ready: " + all);
  }

  private List<ProcessHandle> servers() throws IOException {
    List<ProcessHandle> servers = new ArrayList<>();
    for (String name : List.of("mariadb", "redis")) {
      Path file = folder.resolve(name).resolve("pid");
      if (Files.exists(file)) {
        ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).ifPresent(servers::add);
      }
    }
    return servers;
  }

  private static void write(String mysqlUrl, String redisUrl) throws SQLException {
    try (Connection connection = connect(mysqlUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE words (word VARCHAR(32))");
      statement.execute("INSERT INTO words VALUES ('grüße 你好')");
    }
    assertThat(redis(redisUrl, "SET answer 42", "+OK\r\n+OK\r\n")).isEqualTo("+OK\r\n+OK\r\n");
  }

  private static String read(String mysqlUrl, String redisUrl) throws SQLException {
    try (Connection connection = connect(mysqlUrl);
        Statement statement = connection.createStatement();
        ResultSet words = statement.executeQuery("SELECT word FROM words")) {
      assertThat(words.next()).isTrue();
      String answer =
          redis(redisUrl, "GET answer", "42\r\n").replaceAll("(?s).*\\$2\r\n(\\d+)\r\n.*", "$1");
      return words.getString(1) + " / " + answer;
    }
  }

  private static String redis(String url, String command, String until) {
    String password = url.replaceAll("redis://:(.*)@.*", "$1");
    return Ports.ask(
        Place.LOOPBACK, port(url), "AUTH " + password + "\r\n" + command + "\r\n", until);
  }

  private static Connection connect(String url) throws SQLException {
    String[] account = url.replaceAll("mysql://(.*)@.*", "$1").split(":", 2);
    return connect(port(url), "castmesh", account[0], account[1]);
  }

  private static Connection connect(int port, String database, String user, String password)
      throws SQLException {
    String url = "jdbc:mariadb://127.0.0.1:" + port + "/" + database;
    return DriverManager.getConnection(url, user, password);
  }

  private static int port(String url) {
    return Integer.parseInt(url.replaceAll(".*@[^:]+:(\\d+).*", "$1"));
  }
}
