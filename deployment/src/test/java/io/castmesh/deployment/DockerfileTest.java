package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** docker/Dockerfile against the code. */
class DockerfileTest {
  private static final Dockerfile FILE = Dockerfile.parse(Repository.text("docker/Dockerfile"));
  private static final List<String> IMAGES =
      List.of("room", "media", "call", "vod", "media-node", "gateway", "castmesh");

  @Test
  void everyServiceHasAnImageAndTheLastIsEverythingInOne() {
    assertThat(FILE.names())
        .containsExactly(
            "web",
            "build",
            "runtime",
            "training",
            "room",
            "media",
            "call",
            "vod",
            "media-node",
            "gateway",
            "castmesh");
    assertThat(IMAGES)
        .allSatisfy(image -> assertThat(FILE.stage(image).base()).isEqualTo("runtime"));
    assertThat(FILE.stage("runtime").base()).startsWith("eclipse-temurin:25-jre");
  }

  @Test
  void settingsInImagesAreSettingsOfCastmesh() {
    Set<String> known = Repository.knownVariables();
    for (String image : IMAGES) {
      assertThat(FILE.environment(image).keySet())
          .filteredOn(name -> name.startsWith("CASTMESH_"))
          .as(image)
          .isSubsetOf(known);
    }
  }

  @Test
  void everyPortThatAProcessListensOnIsExposedAndNoOther() {
    for (String image : IMAGES) {
      Set<String> listening = new TreeSet<>();
      FILE.environment(image)
          .forEach(
              (name, value) -> {
                if (name.endsWith("_PORT")) {
                  listening.add(value + "/tcp"); // media come by both
                  if (name.equals("CASTMESH_MEDIA_NODE_PORT")) {
                    listening.add(value + "/udp");
                  }
                }
              });
      assertThat(FILE.ports(image)).as(image).isEqualTo(listening);
    }
  }

  @Test
  void imagesRunWithoutPrivilegesAndAreAskedForTheirHealth() {
    for (String image : IMAGES) {
      // By number: Kubernetes cannot tell whether a name is root.
      assertThat(FILE.last(image, "USER")).as(image).containsExactly("10001:10001");
      assertThat(FILE.last(image, "STOPSIGNAL")).containsExactly("SIGTERM");
      assertThat(FILE.last(image, "HEALTHCHECK")).containsExactly("/app/health.sh");
      assertThat(FILE.last(image, "ENTRYPOINT"))
          .containsExactly(
              "/opt/java/openjdk/bin/java", "-XX:AOTCache=/app/castmesh.aot", "@/app/start");
      assertThat(FILE.stage(image).copies())
          .contains(
              new Dockerfile.Copy(
                  "training", "/var/lib/castmesh/aot/" + image + ".aot", "/app/castmesh.aot"));
      assertThat(FILE.stage("training").commands().get(0)).contains('"' + image + '"');
    }
    assertThat(Repository.text("docker/health.sh")).contains("/health/ready");
    assertThat(Files.isExecutable(Repository.ROOT.resolve("docker/health.sh"))).isTrue();
    assertThat(Files.isExecutable(Repository.ROOT.resolve("docker/layout.sh"))).isTrue();
  }

  @Test
  void whatIsBuiltFromIsSentToTheEngineAndNothingElse() {
    // given
    List<String> lines =
        Repository.text("docker/../.dockerignore")
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();

    // when
    Set<String> modules = new TreeSet<>();
    Repository.text("pom.xml")
        .lines()
        .map(String::trim)
        .filter(line -> line.startsWith("<module>"))
        .map(line -> "!" + line.replaceAll("</?module>", ""))
        .forEach(modules::add);

    // then
    assertThat(lines).startsWith("*").containsAll(modules).doesNotHaveDuplicates();
    assertThat(lines)
        .filteredOn(line -> line.startsWith("!"))
        .allSatisfy(line -> assertThat(Repository.ROOT.resolve(line.substring(1))).exists());
  }
}
