package io.castmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/configuration.md is made from the code; {@code -Dcastmesh.update-docs} writes it anew. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");

  @Test
  void theReferencePageSaysWhatTheCodeReads() throws IOException {
    // given
    Settings settings = Settings.load(Map.of());
    StandaloneConfig.declare(settings);
    // when
    String page = page(settings);
    if (System.getProperty("castmesh.update-docs") != null) {
      Files.writeString(PAGE, page);
    }
    // then
    assertThat(Files.readString(PAGE))
        .as("docs/configuration.md is stale: mvn test -pl standalone -am -Dcastmesh.update-docs")
        .isEqualTo(page);
  }

  private static String page(Settings settings) {
    StringBuilder page =
        new StringBuilder(
            """
            # Settings

            Every setting can stand in a YAML file that `CASTMESH_CONFIG` names, under its key
            (`http.port: 8080`, or nested), or in the environment under its variable, which wins.
            A variable with `_FILE` behind its name (`CASTMESH_MYSQL_PASSWORD_FILE`) names a file
            that holds the value, as secrets in containers do.
            Unknown keys and unusable values are errors: castmesh names all of them and exits
            with 78.

            | Key | Variable | Value | Default | Meaning |
            |---|---|---|---|---|
            """);
    for (Settings.Declared setting : settings.declared()) {
      page.append(
          "| `%s` | `%s` | %s | %s | %s |%n"
              .formatted(
                  setting.key(),
                  setting.variable(),
                  setting.type(),
                  setting.defaultValue().isEmpty() ? "" : "`" + setting.defaultValue() + "`",
                  setting.meaning()));
    }
    return page.toString();
  }
}
