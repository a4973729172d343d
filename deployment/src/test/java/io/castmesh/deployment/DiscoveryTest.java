package io.castmesh.deployment;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.castmesh.call.CallMain;
import io.castmesh.room.RoomMain;
import io.castmesh.runtime.config.Settings;
import io.castmesh.testing.TestMesh;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes find each other by one name that has all their addresses, as a headless service of
 * Kubernetes and an alias of Docker do. The resolver of the virtual machine reads such a name from
 * a file here; each process has an address of its own and the same ports, as pods have.
 */
@ExtendWith(TestMesh.class)
@EnabledOnOs(OS.LINUX)
class DiscoveryTest {
  private static final String NAME = "mesh.castmesh.svc.cluster.local";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void processesFindEachOtherByANameThatHasAllTheirAddresses(TestMesh mesh) throws Exception {
    // given
    String first = "127.77.0.1";
    String second = "127.77.0.2";
    int port = freePort(first);
    // A third address is of a pod that is gone: names are late.
    Path hosts =
        Files.writeString(
            folder.resolve("hosts"),
            "%s %s%n%s %s%n127.77.0.3 %s%n".formatted(first, NAME, second, NAME, NAME));

    // when
    try (Container room = start(RoomMain.class, first, port, hosts, mesh);
        Container call = start(CallMain.class, second, port, hosts, mesh)) {
      // then
      for (String address : List.of(first, second)) {
        eventually(
            "the process at " + address + " knows both",
            PATIENCE,
            () -> {
              assertThat(room.alive()).as(room::log).isTrue();
              assertThat(call.alive()).as(call::log).isTrue();
              assertThat(ask(address, port + 2, "/health/ready").statusCode()).isEqualTo(200);
              assertThat(known(address, port + 2)).containsExactly("call", "room");
            });
      }
    }
  }

  private Container start(Class<?> main, String address, int port, Path hosts, TestMesh mesh)
      throws IOException {
    Settings settings = mesh.settings(Map.of());
    Map<String, String> environment = new TreeMap<>();
    environment.put("CASTMESH_MYSQL_URL", settings.text("mysql.url", "", ""));
    environment.put("CASTMESH_REDIS_URL", settings.text("redis.url", "", ""));
    environment.put("CASTMESH_DATA_DIR", folder.resolve(address).toString());
    environment.put("CASTMESH_MANAGEMENT_HOST", address);
    environment.put("CASTMESH_MANAGEMENT_PORT", Integer.toString(port + 2));
    environment.put("CASTMESH_CLUSTER_DNS", NAME);
    environment.put("CASTMESH_CLUSTER_HOST", address);
    environment.put("CASTMESH_CLUSTER_PORT", Integer.toString(port));
    environment.put("CASTMESH_CLUSTER_BUS_PORT", Integer.toString(port + 1));
    return Container.start(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-Djdk.net.hosts.file=" + hosts,
            // Otherwise it takes addresses that an interface lists, and of 127/8 that is one alone.
            "-Dhazelcast.local.localAddress=" + address,
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()),
        environment,
        folder.resolve(main.getSimpleName() + ".log"));
  }

  private static Set<String> known(String address, int port) throws Exception {
    JsonNode mesh = Repository.JSON.readTree(ask(address, port, "/mesh").body());
    return new TreeSet<>(mesh.findValuesAsText("service"));
  }

  private static java.net.http.HttpResponse<String> ask(String address, int port, String path)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + path))
                .timeout(Duration.ofSeconds(5))
                .build(),
            BodyHandlers.ofString());
  }

  private static int freePort(String address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return socket.getLocalPort();
    }
  }
}
