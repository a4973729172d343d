package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.runtime.config.RuntimeConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** compose.yml and what it mounts, against the images, the settings and the ports of the code. */
class ComposeTest {
  private static final Dockerfile IMAGES = Dockerfile.parse(Repository.text("docker/Dockerfile"));
  private static final Map<String, String> EXAMPLE = example();
  private static final Compose COMPOSE = new Compose(Repository.yaml("compose.yml"), EXAMPLE);
  private static final Compose.Project PROJECT = COMPOSE.project();

  /** Those that cannot be confined as the others are; compose.yml says why. */
  private static final Set<String> EXCEPTIONS = Set.of("kurento", "recordings");

  /** Without what the file of a program asks for (capabilities(7)) the kernel does not start it. */
  private static final Map<String, List<String>> ADDED =
      Map.of("coturn", List.of("NET_BIND_SERVICE"));

  @TempDir static Path secrets;

  @BeforeAll
  static void makeSecrets() throws Exception {
    String script = Repository.ROOT.resolve("docker/secrets.sh").toString();
    Container.run(List.of(script, secrets.toString()), Map.of());
  }

  @Test
  void theExampleHasEveryVariableThatIsAskedForAndNoOther() {
    assertThat(COMPOSE.used()).isEqualTo(EXAMPLE.keySet());
  }

  @Test
  void nothingStartsBeforeTheAddressIsFilledIn() {
    Map<String, String> untouched = variables(Repository.text(".env.example"));
    assertThatThrownBy(() -> new Compose(Repository.yaml("compose.yml"), untouched))
        .hasMessage("PUBLIC_ADDRESS must be set");
  }

  @Test
  void whatIsMisspeltIsAnError() {
    // given
    String text = Repository.text("compose.yml").replace("stop_grace_period", "stop_grace_priod");
    // when, then
    assertThatThrownBy(() -> new Compose(Repository.documents(text).get(0), EXAMPLE))
        .hasMessageContaining("stop_grace_priod");
  }

  @Test
  void ourServicesAreBuiltFromTheirTargets() {
    for (String name : Repository.MESH) {
      Compose.Service service = PROJECT.services().get(name);
      assertThat(service.build()).isEqualTo(new Compose.Build(".", "docker/Dockerfile", name));
      assertThat(service.image()).isEqualTo("castmesh/" + name + ":0.1.0");
      assertThat(IMAGES.names()).contains(name);
    }
  }

  @Test
  void everyServiceReadsItsSettingsWithoutAComplaint() {
    for (String name : Repository.MESH) {
      RuntimeConfig config = ServiceSettings.read(name, environment(name), secrets);
      assertThat(config.cluster().dns()).isEqualTo("mesh");
      assertThat(aliases(name)).containsExactly("mesh");
      assertThat(PROJECT.services())
          .containsKeys(
              URI.create(config.mysqlUrl()).getHost(), URI.create(config.redisUrl()).getHost());
    }
  }

  @Test
  void eachIsGivenAsLongToEndAsItMayTake() {
    for (String name : Repository.MESH) {
      RuntimeConfig config = ServiceSettings.read(name, environment(name), secrets);
      assertThat(seconds(PROJECT.services().get(name).stopGracePeriod()))
          .as(name)
          .isGreaterThanOrEqualTo(config.drainDeadline().toSeconds() + 5);
    }
  }

  @Test
  void everySecretIsMadeByTheScriptAndGivenToThoseWhoReadIt() {
    Set<String> given = new TreeSet<>();
    PROJECT
        .services()
        .forEach(
            (name, service) -> {
              List<String> own = service.secrets() == null ? List.of() : service.secrets();
              given.addAll(own);
              String all = service.toString() + IMAGES.environment(name) + mounted(service);
              assertThat(own)
                  .as(name)
                  .allSatisfy(secret -> assertThat(all).contains("/run/secrets/" + secret));
            });
    assertThat(PROJECT.secrets().keySet()).isEqualTo(given);
    PROJECT
        .secrets()
        .forEach(
            (name, secret) -> {
              assertThat(secret.file()).isEqualTo("./secrets/" + name);
              assertThat(secrets.resolve(name)).isNotEmptyFile();
            });
  }

  @Test
  void everyContainerIsConfinedAndHasALimit() {
    PROJECT
        .services()
        .forEach(
            (name, service) -> {
              assertThat(service.capDrop()).as(name).containsExactly("ALL");
              assertThat(service.securityOpt()).as(name).containsExactly("no-new-privileges:true");
              assertThat(service.memLimit()).as(name).isNotBlank();
              if (!EXCEPTIONS.contains(name)) {
                assertThat(service.readOnly()).as(name).isTrue();
                assertThat(service.capAdd()).as(name).isEqualTo(ADDED.get(name));
                assertThat(service.cpus()).as(name).isPositive();
                assertThat(service.restart()).as(name).isEqualTo("unless-stopped");
                assertThat(service.logging().options())
                    .as(name)
                    .containsKeys("max-size", "max-file");
              }
            });
  }

  @Test
  void whoIsWaitedForHasAHealthCheck() {
    PROJECT
        .services()
        .forEach(
            (name, service) -> {
              if (service.dependsOn() == null) {
                return;
              }
              service
                  .dependsOn()
                  .forEach(
                      (other, how) -> {
                        Compose.Service awaited = PROJECT.services().get(other);
                        assertThat(awaited).as(name + " waits for " + other).isNotNull();
                        if (how.condition().equals("service_healthy")) {
                          boolean ofImage =
                              awaited.build() != null
                                  && !IMAGES.last(other, "HEALTHCHECK").isEmpty();
                          assertThat(ofImage || awaited.healthcheck() != null).as(other).isTrue();
                        } else {
                          assertThat(how.condition()).isEqualTo("service_completed_successfully");
                          assertThat(awaited.restart()).isEqualTo("no");
                        }
                      });
            });
  }

  @Test
  void onlyWhatBrowsersNeedIsPublished() {
    Map<String, List<String>> published = new LinkedHashMap<>();
    PROJECT
        .services()
        .forEach(
            (name, service) -> {
              if (service.ports() != null) {
                published.put(name, service.ports());
                // A network that leads nowhere publishes nothing.
                assertThat(service.networkNames())
                    .as(name)
                    .anyMatch(network -> !isInternal(network));
              }
            });
    assertThat(published)
        .containsOnly(
            Map.entry("proxy", List.of("443:8443/tcp", "80:8080/tcp")),
            Map.entry("kurento", List.of("40000-40199:40000-40199/udp")),
            Map.entry(
                "coturn", List.of("3478:3478/udp", "3478:3478/tcp", "49160-49459:49160-49459/udp")),
            Map.entry("prometheus", List.of("127.0.0.1:9091:9090/tcp")),
            Map.entry("grafana", List.of("127.0.0.1:3000:3000/tcp")));
    assertThat(isInternal("back")).isTrue();
    for (String store : List.of("mysql", "redis", "room", "call", "media", "vod")) {
      assertThat(PROJECT.services().get(store).networkNames()).containsExactly("back");
    }
    assertThat(PROJECT.services().get("proxy").networkNames()).containsExactly("front");
  }

  @Test
  void everythingThatIsMountedIsThere() {
    PROJECT
        .services()
        .forEach(
            (name, service) -> {
              List<String> volumes = service.volumes() == null ? List.of() : service.volumes();
              for (String volume : volumes) {
                String source = volume.split(":", -1)[0];
                if (source.startsWith("./")) {
                  assertThat(Repository.ROOT.resolve(source.substring(2))).as(name).exists();
                  assertThat(volume).as(name).endsWith(":ro");
                } else {
                  assertThat(PROJECT.volumes()).as(name).containsKey(source);
                }
              }
            });
  }

  @Test
  void recordingsAreOneFolderForThoseWhoWriteAndReadThem() {
    for (String name : List.of("media", "vod", "kurento", "recordings")) {
      assertThat(PROJECT.services().get(name).volumes()).contains("recordings:/recordings");
    }
    for (String name : List.of("media", "vod")) {
      assertThat(ServiceSettings.read(name, environment(name), secrets).recordingsDir())
          .isEqualTo(Path.of("/recordings"));
    }
    // Kurento writes as the user of our images reads.
    String user = IMAGES.last("vod", "USER").get(0);
    assertThat(user)
        .startsWith(PROJECT.services().get("kurento").environment().get("KMS_UID") + ":");
    assertThat(PROJECT.services().get("recordings").entrypoint().toString())
        .contains("chown " + user);
  }

  @Test
  void mediaServiceFindsKurentoWhereItListens() {
    URI kurento = URI.create(environment("media").get("CASTMESH_KURENTO_URLS"));
    assertThat(PROJECT.services()).containsKey(kurento.getHost());
    assertThat(kurento).hasPort(8888).hasPath("/kurento");
    assertThat(PROJECT.services().get("kurento").image())
        .startsWith("kurento/kurento-media-server:7.3");
  }

  @Test
  void everyMediaSessionThatIsAdmittedFindsItsPorts() {
    // libnice gathers for RTP and RTCP before an answer says that they share one; on one interface.
    int sessions = Integer.parseInt(environment("media").get("CASTMESH_MEDIA_SESSIONS_PER_SERVER"));
    assertThat(ports("kurento", "KMS_MIN_PORT", "KMS_MAX_PORT"))
        .isGreaterThanOrEqualTo(2 * sessions);
    assertThat(PROJECT.services().get("kurento").networkNames()).containsExactly("back", "media");
    assertThat(isInternal("media")).as("leads out, so that it is the one").isFalse();
    // A browser asks for a relay by each address, whether it needs one or not.
    int relays = environment("gateway").get("CASTMESH_TURN_URLS").split(",", -1).length;
    assertThat(ports("coturn", "TURN_MIN_PORT", "TURN_MAX_PORT")).isGreaterThan(relays * sessions);
    assertThat(Repository.text("docker/coturn/turnserver.conf"))
        .as("the ports alone say how many")
        .doesNotContain("total-quota");
  }

  private static int ports(String service, String from, String to) {
    Map<String, String> environment = PROJECT.services().get(service).environment();
    return Integer.parseInt(environment.get(to)) - Integer.parseInt(environment.get(from)) + 1;
  }

  @Test
  void prometheusFindsEveryServiceOnItsManagementPort() {
    List<String> jobs =
        Repository.yaml("docker/prometheus/prometheus.yml").findValuesAsText("job_name");
    assertThat(jobs).containsAll(Repository.MESH);
    Repository.yaml("docker/prometheus/prometheus.yml")
        .findValues("port")
        .forEach(
            port ->
                assertThat(port.asText())
                    .isEqualTo(IMAGES.environment("room").get("CASTMESH_MANAGEMENT_PORT")));
  }

  private static Map<String, String> environment(String name) {
    Map<String, String> all = new HashMap<>(IMAGES.environment(name));
    all.putAll(PROJECT.services().get(name).environment());
    return all;
  }

  private static List<String> aliases(String name) {
    List<String> aliases = new ArrayList<>();
    PROJECT
        .services()
        .get(name)
        .networks()
        .path("back")
        .path("aliases")
        .forEach(alias -> aliases.add(alias.asText()));
    return aliases;
  }

  private static boolean isInternal(String network) {
    Compose.Network found = PROJECT.networks().get(network);
    return found != null && found.internal();
  }

  /** The texts of the files that a container is given. */
  private static String mounted(Compose.Service service) {
    StringBuilder text = new StringBuilder();
    if (service.volumes() != null) {
      service.volumes().stream()
          .map(volume -> volume.split(":", -1)[0])
          .filter(source -> source.matches("\\./.*\\.(sh|cfg|conf)"))
          .forEach(source -> text.append(Repository.text(source)));
    }
    return text.toString();
  }

  private static long seconds(String duration) {
    assertThat(duration).matches("\\d+s");
    return Long.parseLong(duration.substring(0, duration.length() - 1));
  }

  /** As somebody fills it in. */
  static Map<String, String> example() {
    Map<String, String> example = variables(Repository.text(".env.example"));
    example.put("PUBLIC_ADDRESS", "203.0.113.10");
    return example;
  }

  static Map<String, String> variables(String text) {
    Map<String, String> variables = new LinkedHashMap<>();
    text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .forEach(line -> variables.put(line.split("=", 2)[0], line.split("=", 2)[1]));
    return variables;
  }
}
