package io.castmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.IpNetwork;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.store.MysqlUrl;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void theEnvironmentWinsOverTheFileAndTheFileOverTheDefault() throws Exception {
    // given
    Path file = folder.resolve("castmesh.yaml");
    Files.writeString(file, "management:\n  port: 9191\n  host: 127.0.0.2\n");
    Settings settings =
        Settings.load(
            Map.of("CASTMESH_CONFIG", file.toString(), "CASTMESH_MANAGEMENT_PORT", "9292"));

    // when
    RuntimeConfig config = RuntimeConfig.read(settings);
    settings.verify(known(settings));

    // then
    assertThat(config.managementPort()).isEqualTo(9292);
    assertThat(config.managementHost()).isEqualTo("127.0.0.2");
    assertThat(config.drainDeadline()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() throws Exception {
    // given
    Path file = folder.resolve("castmesh.yaml");
    Files.writeString(file, "managment:\n  port: 1\nlog:\n  format: xml\n");
    Settings settings =
        Settings.load(
            Map.of(
                "CASTMESH_CONFIG", file.toString(),
                "CASTMESH_MANAGEMENT_PORT", "70000",
                "CASTMESH_DRAIN_DEADLINE", "soon",
                "CASTMESH_HTPP_PORT", "80",
                "PATH", "/bin"));

    // when
    RuntimeConfig.read(settings);

    // then
    assertThatThrownBy(() -> settings.verify(known(settings)))
        .isInstanceOf(ConfigException.class)
        .message()
        .satisfies(
            text ->
                assertThat(text.lines())
                    .containsExactlyInAnyOrder(
                        "CASTMESH_DRAIN_DEADLINE: must be a whole number",
                        "CASTMESH_HTPP_PORT: there is no such setting",
                        "CASTMESH_MANAGEMENT_PORT: must be from 0 to 65535",
                        "log.format: must be one of text, json",
                        "managment.port: there is no such setting"));
    assertThat(ConfigException.EXIT_CODE).isEqualTo(78);
  }

  @Test
  void aFileThatCannotBeReadIsAProblemOfItsOwn() throws Exception {
    // given
    Path broken = Files.writeString(folder.resolve("broken.yaml"), "a: [1\nb: }");
    Path list = Files.writeString(folder.resolve("list.yaml"), "- 1\n- 2\n");
    Path missing = folder.resolve("missing.yaml");

    // when, then
    assertThatThrownBy(() -> load(broken)).hasMessageContaining("is not valid YAML");
    assertThatThrownBy(() -> load(list)).hasMessageContaining("must hold settings by name");
    assertThatThrownBy(() -> load(missing)).hasMessageContaining("cannot read " + missing);
  }

  @Test
  void aVariableMayNameTheFileThatHoldsItsValueAsSecretsDo() throws Exception {
    // given
    Path secret = Files.writeString(folder.resolve("mysql"), "p@ss w+rd/%\n");
    Settings settings =
        Settings.load(
            Map.of(
                "CASTMESH_MYSQL_URL",
                "mysql://castmesh@db:3307/castmesh",
                "CASTMESH_MYSQL_PASSWORD_FILE",
                secret.toString(),
                "CASTMESH_REDIS_URL",
                "redis://cache:6379",
                "CASTMESH_REDIS_PASSWORD_FILE",
                secret.toString()));

    // when
    RuntimeConfig config = RuntimeConfig.read(settings);
    settings.verify(known(settings));

    // then
    assertThat(MysqlUrl.parse(config.mysqlUrl()))
        .isEqualTo(new MysqlUrl("db", 3307, "castmesh", "p@ss w+rd/%", "castmesh"));
    assertThat(URI.create(config.redisUrl()).getUserInfo()).isEqualTo(":p@ss w+rd/%");
    assertThat(URI.create(config.redisUrl()).getHost()).isEqualTo("cache");
  }

  @Test
  void aSecretIsSaidOnceAndItsFileMustBeThere() throws Exception {
    // given
    Path secret = Files.writeString(folder.resolve("secret"), "1");
    Settings settings =
        Settings.load(
            Map.of(
                "CASTMESH_MYSQL_URL",
                "mysql://castmesh:one@db/castmesh",
                "CASTMESH_MYSQL_PASSWORD",
                "two",
                "CASTMESH_LOG_LEVEL",
                "info",
                "CASTMESH_LOG_LEVEL_FILE",
                secret.toString(),
                "CASTMESH_REDIS_PASSWORD_FILE",
                folder.resolve("away").toString(),
                "CASTMESH_HTPP_PORT_FILE",
                secret.toString()));

    // when
    RuntimeConfig.read(settings);

    // then
    assertThatThrownBy(() -> settings.verify(known(settings)))
        .message()
        .satisfies(
            text ->
                assertThat(text.lines())
                    .containsExactlyInAnyOrder(
                        "CASTMESH_HTPP_PORT_FILE: there is no such setting",
                        "CASTMESH_LOG_LEVEL, CASTMESH_LOG_LEVEL_FILE: set one of them",
                        "CASTMESH_LOG_LEVEL: must be one of trace, debug, info, warn, error",
                        "CASTMESH_REDIS_PASSWORD_FILE: cannot read " + folder.resolve("away"),
                        "mysql.password, mysql.url: give the password in one of them")
                    .noneMatch(line -> line.contains("two")));
  }

  @Test
  void aProcessFindsItsOwnAddressInANetworkThatItIsTold() {
    // given
    Settings in = Settings.load(Map.of("CASTMESH_CLUSTER_HOST", "127.0.0.0/8"));
    Settings named = Settings.load(Map.of("CASTMESH_CLUSTER_HOST", "localhost"));
    Settings elsewhere = Settings.load(Map.of("CASTMESH_CLUSTER_HOST", "203.0.113.0/24"));

    // when, then
    assertThat(RuntimeConfig.read(in).cluster().host()).isEqualTo("127.0.0.1");
    assertThat(RuntimeConfig.read(named).cluster().host()).isEqualTo("127.0.0.1");
    RuntimeConfig.read(elsewhere);
    assertThatThrownBy(() -> elsewhere.verify(known(elsewhere)))
        .hasMessage("CASTMESH_CLUSTER_HOST: this machine has no address in 203.0.113.0/24");
  }

  @Test
  void networksHoldTheAddressesThatBeginLikeThem() {
    assertThat(IpNetwork.parse("10.1.0.0/15").contains("10.0.255.1")).isTrue();
    assertThat(IpNetwork.parse("10.1.0.0/16").contains("10.2.0.1")).isFalse();
    assertThat(IpNetwork.parse("10.1.2.3").contains("10.1.2.3")).isTrue();
    assertThat(IpNetwork.parse("0.0.0.0/0").contains("::1")).isFalse();
    assertThat(IpNetwork.parse("fd00::/8").contains("fd12::1")).isTrue();
    assertThat(IpNetwork.parse("10.1.0.0/16").contains("a.name.that.is.never.looked.up")).isFalse();
    for (String wrong : List.of("10.1.0.0/33", "10.1/16", "name/8", "10.1.0.0/-1", "")) {
      assertThatThrownBy(() -> IpNetwork.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void load(Path file) {
    Settings settings = Settings.load(Map.of("CASTMESH_CONFIG", file.toString()));
    RuntimeConfig.read(settings);
    settings.verify(known(settings));
  }

  @Test
  void aNameWithoutAValueInTheFileIsNotSet() throws Exception {
    // given
    Path file = folder.resolve("castmesh.yaml");
    Files.writeString(
        file, "management:\n  host:\nmysql:\n  password:\nrecordings:\n  dir: ~\nkurento:\n");
    Settings settings = Settings.load(Map.of("CASTMESH_CONFIG", file.toString()));

    // when
    RuntimeConfig config = RuntimeConfig.read(settings);
    settings.verify(known(settings));

    // then
    assertThat(config.managementHost()).isEqualTo("127.0.0.1");
    assertThat(config.recordingsDir()).isEqualTo(config.dataDir().resolve("recordings"));
  }

  @ParameterizedTest
  @CsvSource({
    "CLUSTER_DNS, mesh.invalid, 127.0.0.1, true",
    "CLUSTER_MEMBERS, 192.0.2.7:5701, 127.0.0.1, true",
    "CLUSTER_MEMBERS, 192.0.2.7:5701, 192.0.2.8, false",
    "CLUSTER_MEMBERS, 127.0.0.9:5701, 127.0.0.1, false",
    "CLUSTER_DNS, localhost, 127.0.0.1, false",
  })
  void whoCanBeReachedByNobodyElseIsTold(String setting, String others, String own, boolean told) {
    // given
    Settings settings =
        Settings.load(Map.of("CASTMESH_" + setting, others, "CASTMESH_CLUSTER_HOST", own));

    // when
    RuntimeConfig.read(settings).cluster().requireReachable(settings);

    // then
    if (told) {
      assertThatThrownBy(() -> settings.verify(known(settings)))
          .hasMessageStartingWith("cluster.host: ");
    } else {
      settings.verify(known(settings));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "REDIS_URL, redis://:p4#ss@127.0.0.1:6379",
    "REDIS_URL, redis://:p4%ss@127.0.0.1:6379",
    "REDIS_URL, redis://:p4[ss@127.0.0.1:6379",
    "REDIS_URL, redis://:p4/ss@127.0.0.1:6379",
    "REDIS_URL, redis://:p4ss@127.0.0.1:6379?db=1",
    "REDIS_URL, rediss://:p4ss@127.0.0.1:6379",
    "MYSQL_URL, mysql://castmesh:p4^ss@127.0.0.1/castmesh",
    "MYSQL_URL, mysql://castmesh:p4ss@127.0.0.1/castmesh?sslMode=REQUIRED",
    "TRACING_ENDPOINT, http://[p4",
    "TRACING_ENDPOINT, http://p4:port",
  })
  void anAddressThatCannotBeUsedIsAProblemAndIsNotRepeated(String setting, String url) {
    // given
    Settings settings = Settings.load(Map.of("CASTMESH_" + setting, url));

    // when
    RuntimeConfig.read(settings);

    // then
    assertThatThrownBy(() -> settings.verify(known(settings)))
        .isInstanceOf(ConfigException.class)
        .message()
        .startsWith(setting.toLowerCase(Locale.ROOT).replace('_', '.') + ": ")
        .doesNotContain("p4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://redis",
        "redis://my_redis:6379",
        "redis://10.0.0.7:6379/2",
        "redis://:a%23b+c@redis:6379",
        "redis://me:secret@[::1]:6379"
      })
  void addressesOfRedisThatItsDriverUnderstandsAreTaken(String url) {
    // given
    Settings settings = Settings.load(Map.of("CASTMESH_REDIS_URL", url));

    // when, then
    assertThat(RuntimeConfig.read(settings).redisUrl()).isEqualTo(url);
    settings.verify(known(settings));
  }

  @Test
  void aPlusInAPasswordIsAPlus() {
    assertThat(MysqlUrl.parse("mysql://me:a+b%2Bc%20d@[::1]:3307/castmesh"))
        .isEqualTo(new MysqlUrl("::1", 3307, "me", "a+b+c d", "castmesh"));
  }

  private static Set<String> known(Settings settings) {
    Set<String> known = new TreeSet<>(RuntimeConfig.launcherKeys());
    settings.declared().forEach(declared -> known.add(declared.key()));
    return known;
  }
}
