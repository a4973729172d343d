package io.castmesh.runtime.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Where typed configuration records read their values: a YAML file, then the environment, which
 * wins. Reading a setting also declares it, with its default and meaning, so that the reference
 * page is made from the code.
 *
 * <p>Problems are gathered; {@link #verify} reports all of them together. A key that nothing in
 * castmesh knows is a problem too.
 */
public final class Settings {
  public static final String PREFIX = "CASTMESH_";

  /** A variable with this behind its name names a file that holds the value: for secrets. */
  public static final String FILE = "_FILE";

  /** The first words of the settings that belong to single services. */
  private static final Set<String> OTHERS =
      Set.of(
          "auth",
          "call",
          "http",
          "kurento",
          "limits",
          "media",
          "media-node",
          "room",
          "session",
          "stun",
          "tls",
          "turn",
          "vod",
          "web");

  /** A setting as the reference page shows it. */
  public record Declared(String key, String type, String defaultValue, String meaning) {
    public String variable() {
      return Settings.variable(key);
    }
  }

  private final Map<String, String> file = new TreeMap<>();
  private final Map<String, String> environment;
  private final Map<String, Declared> declared = new TreeMap<>();
  private final Set<String> problems = new TreeSet<>();

  private Settings(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Reads the file that {@code CASTMESH_CONFIG} names, when it does. */
  public static Settings load(Map<String, String> environment) {
    Settings settings = new Settings(environment);
    String name = environment.get(PREFIX + "CONFIG");
    if (name != null && !name.isBlank()) {
      settings.readFile(Path.of(name));
    }
    return settings;
  }

  public String text(String key, String defaultValue, String meaning) {
    return value(key, "text", defaultValue, meaning, Function.identity());
  }

  public int integer(String key, int defaultValue, int min, int max, String meaning) {
    return value(
        key,
        "integer " + min + " to " + max,
        Integer.toString(defaultValue),
        meaning,
        text -> {
          int number = Integer.parseInt(text);
          if (number < min || number > max) {
            throw new IllegalArgumentException("must be from " + min + " to " + max);
          }
          return number;
        });
  }

  public double decimal(String key, double defaultValue, double min, double max, String meaning) {
    return value(
        key,
        "number %s to %s".formatted(text(min), text(max)),
        text(defaultValue),
        meaning,
        given -> {
          double number;
          try {
            number = Double.parseDouble(given);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number", e);
          }
          if (!(number >= min && number <= max)) {
            throw new IllegalArgumentException(
                "must be from %s to %s".formatted(text(min), text(max)));
          }
          return number;
        });
  }

  private static String text(double number) {
    return new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }

  public boolean flag(String key, boolean defaultValue, String meaning) {
    return value(
        key,
        "true or false",
        Boolean.toString(defaultValue),
        meaning,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("must be true or false");
            });
  }

  /** In seconds. */
  public Duration seconds(String key, int defaultValue, int min, int max, String meaning) {
    return Duration.ofSeconds(integer(key, defaultValue, min, max, meaning + " (seconds)"));
  }

  public Path path(String key, String defaultValue, String meaning) {
    return value(
        key, "path", defaultValue, meaning, text -> Path.of(text).toAbsolutePath().normalize());
  }

  /** Comma-separated; empty when unset. */
  public List<String> list(String key, String meaning) {
    return value(
        key,
        "list, separated by commas",
        "",
        meaning,
        text ->
            Arrays.stream(text.split(",")).map(String::trim).filter(t -> !t.isEmpty()).toList());
  }

  /**
   * An address of this process that others reach it at. A name is looked up; of a network, such as
   * {@code 10.1.0.0/16}, the process takes its own address: containers are given theirs late.
   */
  public String ownAddress(String key, String defaultValue, String meaning) {
    return value(key, "address, name or network", defaultValue, meaning, Settings::resolved);
  }

  private static String resolved(String text) {
    if (text.contains("/")) {
      return IpNetwork.parse(text)
          .ownAddress()
          .orElseThrow(
              () -> new IllegalArgumentException("this machine has no address in " + text));
    }
    try {
      return text.isEmpty() ? "" : InetAddress.getByName(text).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + text + "' has no address", e);
    }
  }

  /** One of some words. */
  public String choice(String key, String defaultValue, List<String> choices, String meaning) {
    return value(
        key,
        "one of " + String.join(", ", choices),
        defaultValue,
        meaning,
        text -> {
          if (!choices.contains(text)) {
            throw new IllegalArgumentException("must be one of " + String.join(", ", choices));
          }
          return text;
        });
  }

  /** Adds a problem that a record found by itself, such as two settings that exclude each other. */
  public void problem(String sentence) {
    problems.add(sentence);
  }

  /**
   * To be called when everything has been read.
   *
   * @param known every key of castmesh: one file may serve all services
   * @throws ConfigException with every problem
   */
  public void verify(Set<String> known) {
    Set<String> variables = new TreeSet<>();
    known.forEach(key -> variables.add(variable(key)));
    file.keySet().stream()
        .filter(key -> !known.contains(key))
        .forEach(key -> problems.add(key + ": there is no such setting"));
    environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !variables.contains(name))
        .filter(name -> !name.endsWith(FILE) || !variables.contains(withoutFile(name)))
        .forEach(name -> problems.add(name + ": there is no such setting"));
    if (!problems.isEmpty()) {
      throw new ConfigException(List.copyOf(problems));
    }
  }

  /**
   * The same for a process that runs one service: the file and the environment may serve others
   * too, so a key that belongs to another service by its first word is let through.
   *
   * @throws ConfigException with every problem
   */
  public void verifyOneService() {
    Set<String> known = new TreeSet<>(declared.keySet());
    known.addAll(RuntimeConfig.launcherKeys());
    file.keySet().stream().filter(key -> OTHERS.contains(firstWord(key))).forEach(known::add);
    environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX))
        .map(name -> name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.'))
        .filter(key -> OTHERS.contains(firstWord(key)))
        .forEach(known::add);
    verify(known);
  }

  private static String firstWord(String key) {
    int dot = key.indexOf('.');
    return dot < 0 ? key : key.substring(0, dot);
  }

  public List<Declared> declared() {
    return List.copyOf(declared.values());
  }

  static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private <T> T value(
      String key, String type, String defaultValue, String meaning, Function<String, T> parse) {
    declared.put(key, new Declared(key, type, defaultValue, meaning));
    String variable = variable(key);
    String given = given(key, variable);
    if (given == null || given.isBlank()) {
      return parse.apply(defaultValue);
    }
    try {
      return parse.apply(given.trim());
    } catch (IllegalArgumentException e) {
      String why = e instanceof NumberFormatException ? "must be a whole number" : e.getMessage();
      problems.add((environment.containsKey(variable) ? variable : key) + ": " + why);
      return parse.apply(defaultValue);
    }
  }

  private String given(String key, String variable) {
    String name = environment.get(variable + FILE);
    if (name == null || name.isBlank()) {
      return environment.containsKey(variable) ? environment.get(variable) : file.get(key);
    }
    if (environment.containsKey(variable)) {
      problems.add(variable + ", " + variable + FILE + ": set one of them");
    }
    try {
      return Files.readString(Path.of(name.trim()));
    } catch (IOException e) {
      problems.add(variable + FILE + ": cannot read " + name);
      return null;
    }
  }

  private static String withoutFile(String variable) {
    return variable.substring(0, variable.length() - FILE.length());
  }

  private void readFile(Path path) {
    try {
      if (!Files.isReadable(path)) {
        problems.add(PREFIX + "CONFIG: cannot read " + path);
        return;
      }
      JsonNode root = new YAMLMapper().readTree(path.toFile());
      if (root != null && root.isObject()) {
        flatten("", root);
      } else if (root != null && !root.isMissingNode() && !root.isNull()) {
        problems.add(path + ": must hold settings by name");
      }
    } catch (IOException e) {
      problems.add(path + ": is not valid YAML");
    }
  }

  private void flatten(String prefix, JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode value = node.get(name);
      String key = prefix.isEmpty() ? name : prefix + "." + name;
      if (value.isNull()) {
        continue; // a name without a value is not set
      }
      if (value.isObject()) {
        flatten(key, value);
      } else if (value.isArray()) {
        List<String> items = new ArrayList<>();
        value.forEach(item -> items.add(item.asText("")));
        file.put(key, String.join(",", items));
      } else {
        file.put(key, value.asText());
      }
    }
  }
}
