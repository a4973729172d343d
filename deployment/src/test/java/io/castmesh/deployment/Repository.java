package io.castmesh.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.castmesh.runtime.config.Settings;
import io.castmesh.standalone.StandaloneConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of the repository that deploy castmesh, and what the code says of settings. */
final class Repository {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  static final ObjectMapper JSON = new ObjectMapper();

  /** The services that are processes and images of their own. */
  static final Set<String> MESH = Set.of("gateway", "room", "media", "call", "vod");

  private Repository() {}

  static String text(String path) {
    return text(ROOT.resolve(path));
  }

  static String text(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One document; merge keys are followed, keys that stand twice are errors. */
  static JsonNode yaml(String path) {
    return documents(text(path)).get(0);
  }

  static List<JsonNode> documents(String text) {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    List<JsonNode> documents = new ArrayList<>();
    for (Object document : new Yaml(new SafeConstructor(strict)).loadAll(text)) {
      if (document != null) {
        documents.add(JSON.valueToTree(document));
      }
    }
    return documents;
  }

  /** Every variable that castmesh knows, with and without {@code _FILE}. */
  static Set<String> knownVariables() {
    Set<String> known =
        declared().stream()
            .map(Settings.Declared::variable)
            .collect(Collectors.toCollection(TreeSet::new));
    known.addAll(known.stream().map(name -> name + Settings.FILE).toList());
    return known;
  }

  static int defaultOf(String key) {
    return declared().stream()
        .filter(setting -> setting.key().equals(key))
        .map(setting -> Integer.parseInt(setting.defaultValue()))
        .findFirst()
        .orElseThrow();
  }

  private static List<Settings.Declared> declared() {
    Settings settings = Settings.load(Map.of());
    StandaloneConfig.read(settings);
    return settings.declared();
  }
}
