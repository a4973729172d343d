package io.castmesh.deployment;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.embedded.Programs;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.http.IceServers;
import io.castmesh.standalone.cluster.ProxyErrors;
import io.castmesh.testing.TestMesh;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What stands beside our images: the proxy, coturn and Redis, with the real programs. */
@ExtendWith(TestMesh.class)
class AuxiliaryFilesTest {
  @TempDir static Path secrets;
  @TempDir Path folder;

  @BeforeAll
  static void makeSecrets() throws Exception {
    Container.run(List.of(script("docker/secrets.sh"), secrets.toString()), Map.of());
  }

  @Test
  void secretsAreMadeOnceAndStayAsTheyAre() throws Exception {
    // given
    Path own = folder.resolve("secrets");
    Container.run(List.of(script("docker/secrets.sh"), own.toString()), Map.of());
    String before = Repository.text(own.resolve("mysql-password"));
    Files.delete(own.resolve("turn-secret"));
    // when
    String said = Container.run(List.of(script("docker/secrets.sh"), own.toString()), Map.of());
    // then
    assertThat(said.trim()).isEqualTo("made " + own.resolve("turn-secret"));
    assertThat(Repository.text(own.resolve("mysql-password"))).isEqualTo(before).hasSize(49);
  }

  @Test
  void theProxyReadsItsConfigurationWithoutAWarning() throws Exception {
    // given
    Path haproxy = program("haproxy");
    assertThat(haproxy).as("HAProxy, which ./castmesh test installs").isNotNull();
    String text = Repository.text("docker/haproxy/haproxy.cfg");
    Path file =
        Files.writeString(
            folder.resolve("haproxy.cfg"),
            text.replace("/run/secrets/tls.pem", secrets.resolve("tls.pem").toString()));
    // when
    String said = Container.run(List.of(haproxy.toString(), "-c", "-f", file.toString()), Map.of());
    // then
    assertThat(said).doesNotContain("WARNING").doesNotContain("ALERT");
    Dockerfile images = Dockerfile.parse(Repository.text("docker/Dockerfile"));
    Map<String, String> gateway = images.environment("gateway");
    assertThat(text)
        .contains("gateway:" + gateway.get("CASTMESH_HTTP_PORT"))
        .contains("check port " + gateway.get("CASTMESH_MANAGEMENT_PORT"))
        .contains("option httpchk GET /health/serving")
        .contains(ProxyErrors.lines());
  }

  @Test
  void redisStartsWithThePasswordOfItsSecret() throws Exception {
    // given
    Path redis = embeddedRedis();
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("redis-server"), redis);
    int port = freePort();
    Path conf =
        Files.writeString(
            folder.resolve("redis.conf"),
            Repository.text("docker/redis/redis.conf")
                .replace("dir /data", "dir " + folder + "\nport " + port)
                .replace("bind 0.0.0.0", "bind 127.0.0.1"));
    // when
    try (Container container =
        Container.start(
            List.of(
                "/usr/bin/env",
                "PATH=" + bin + ":" + System.getenv("PATH"),
                script("docker/redis/start.sh")),
            Map.of(
                "REDIS_CONF", conf.toString(),
                "REDIS_PASSWORD_FILE", secrets.resolve("redis-password").toString()),
            folder.resolve("redis.log"))) {
      // then
      String password = Repository.text(secrets.resolve("redis-password")).trim();
      eventually(
          "Redis asks for the password",
          Duration.ofSeconds(20),
          () -> {
            assertThat(container.alive()).as(container::log).isTrue();
            assertThat(ask(port, "PING")).startsWith("-NOAUTH");
            assertThat(ask(port, "AUTH " + password)).startsWith("+OK");
          });
      assertThat(container.exit(true)).isZero();
    }
  }

  @Test
  void coturnKnowsTheCredentialsThatGatewaysHandOut() throws Exception {
    // given
    Path turnserver = program("turnserver");
    assertThat(turnserver).as("coturn, which ./castmesh test installs").isNotNull();
    int port = freePort();
    Path conf =
        Files.writeString(
            folder.resolve("turnserver.conf"),
            // Relaying to this machine itself is what the deployment forbids and the trial needs.
            Repository.text("docker/coturn/turnserver.conf")
                    .replace("denied-peer-ip=127.0.0.0-127.255.255.255\n", "")
                    .replace("/tmp/turnserver.pid", folder.resolve("pid").toString())
                + "listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nallow-loopback-peers\n");
    Map<String, String> environment =
        Map.of(
            "TURN_CONF", conf.toString(),
            "TURN_SECRET_FILE", secrets.resolve("turn-secret").toString(),
            "TURN_PORT", Integer.toString(port),
            "TMPDIR", folder.toString());
    try (Container coturn =
        Container.start(
            List.of(script("docker/coturn/start.sh")), environment, folder.resolve("coturn.log"))) {
      // when
      String secret = Repository.text(secrets.resolve("turn-secret")).trim();
      IceServers.Server server =
          new IceServers(
                  new GatewayConfig.Ice(List.of(), List.of("turn:127.0.0.1:" + port), secret),
                  Clock.systemUTC())
              .forUser("alice")
              .get(0);
      // then
      eventually(
          "coturn relays for them",
          Duration.ofSeconds(20),
          () -> {
            assertThat(coturn.alive()).as(coturn::log).isTrue();
            assertThat(relayed(port, server.username(), server.credential())).isTrue();
          });
      assertThat(relayed(port, server.username(), "another")).isFalse();
      assertThat(relayed(port, "1:alice", server.credential())).isFalse();
    }
  }

  @Test
  void kurentoTakesMediaOnTheInterfaceThatLeadsOut() throws Exception {
    // given
    Path routes =
        Files.writeString(
            folder.resolve("route"),
            """
            Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask
            eth0\t00011EAC\t00000000\t0001\t0\t0\t0\t00FFFFFF
            eth1\t00000000\t010013AC\t0003\t0\t0\t0\t00000000
            eth1\t000013AC\t00000000\t0001\t0\t0\t0\t0000FFFF
            """);
    Map<String, String> environment =
        Map.of("ROUTES", routes.toString(), "ENTRYPOINT", "/usr/bin/env");
    // when
    String given = Container.run(List.of(script("docker/kurento/start.sh")), environment);
    // then
    assertThat(given.lines()).contains("KMS_NETWORK_INTERFACES=eth1");
  }

  private static boolean relayed(int port, String user, String password) {
    try {
      String said =
          Container.run(
              List.of(
                  "turnutils_uclient",
                  "-y",
                  "-n",
                  "1",
                  "-m",
                  "1",
                  "-c",
                  "-p",
                  Integer.toString(port),
                  "-u",
                  user,
                  "-w",
                  password,
                  "127.0.0.1"),
              Map.of());
      return said.contains("tot_recv_msgs=2") || said.contains("Total lost packets 0");
    } catch (Exception refused) {
      return false;
    }
  }

  /** Unpacked by the databases of the tests. */
  private static Path embeddedRedis() throws IOException {
    try (Stream<Path> all = Files.walk(Programs.cacheFolder())) {
      return all.filter(file -> file.getFileName().toString().startsWith("redis-server"))
          .filter(Files::isExecutable)
          .findFirst()
          .orElseThrow();
    }
  }

  private static String ask(int port, String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(2_000);
      OutputStream out = socket.getOutputStream();
      out.write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      byte[] answer = new byte[256];
      int length = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(length, 0), StandardCharsets.UTF_8);
    }
  }

  private static Path program(String name) {
    return Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  private static String script(String path) {
    return Repository.ROOT.resolve(path).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
