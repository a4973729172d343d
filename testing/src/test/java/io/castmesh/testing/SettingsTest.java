package io.castmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private static void load(Path file) {
    Settings settings = Settings.load(Map.of("CASTMESH_CONFIG", file.toString()));
    RuntimeConfig.read(settings);
    settings.verify(known(settings));
  }

  private static Set<String> known(Settings settings) {
    Set<String> known = new TreeSet<>(RuntimeConfig.launcherKeys());
    settings.declared().forEach(declared -> known.add(declared.key()));
    return known;
  }
}
