package io.castmesh.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Dockerfile, read strictly: instructions, flags and forms that are not known here are errors.
 */
final class Dockerfile {
  /** One COPY. */
  record Copy(String from, String source, String target) {}

  /** One stage, without what it has from the stage that it is based on. */
  record Stage(
      String name,
      String base,
      Map<String, String> environment,
      Map<String, String> labels,
      Set<String> ports,
      List<Copy> copies,
      List<String> commands,
      Map<String, List<String>> last) {}

  private static final Pattern FROM =
      Pattern.compile("(?:--platform=\\S+ )?(?<base>\\S+)(?: AS (?<name>\\S+))?");
  private static final Pattern PAIR = Pattern.compile("([A-Za-z_.][\\w.]*)=(\"[^\"]*\"|\\S*)\\s*");
  private static final Pattern HEALTH =
      Pattern.compile(
          "((?:--(?:interval|timeout|start-period|start-interval)=\\d+s |--retries=\\d+ )*)"
              + "CMD (\\[.*])");
  private static final Pattern PORT = Pattern.compile("\\d+/(tcp|udp)");
  private static final Pattern STAGE_OF = Pattern.compile("--from=(\\S+)");

  private final Map<String, Stage> stages = new LinkedHashMap<>();

  static Dockerfile parse(String text) {
    Dockerfile file = new Dockerfile();
    Stage stage = null;
    for (String line : lines(text)) {
      String[] parts = line.split(" +", 2);
      if (parts[0].equals("FROM")) {
        stage = file.from(parts[1]);
      } else if (stage == null) {
        throw new IllegalArgumentException("before the first FROM: " + line);
      } else {
        instruction(stage, parts[0], parts[1].trim());
      }
    }
    return file;
  }

  /** Joined at their ends, without comments. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String part : text.split("\n", -1)) {
      String trimmed = part.trim();
      if (trimmed.isEmpty() || trimmed.startsWith("#")) {
        continue;
      }
      boolean goesOn = trimmed.endsWith("\\");
      line.append(goesOn ? trimmed.substring(0, trimmed.length() - 1).trim() + " " : trimmed);
      if (!goesOn) {
        lines.add(line.toString());
        line.setLength(0);
      }
    }
    return lines;
  }

  private Stage from(String rest) {
    Matcher from = matching(FROM, rest);
    String name = from.group("name");
    if (name == null || stages.containsKey(name)) {
      throw new IllegalArgumentException("a stage needs a name of its own: FROM " + rest);
    }
    Stage stage =
        new Stage(
            name,
            from.group("base"),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new TreeSet<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new LinkedHashMap<>());
    stages.put(name, stage);
    return stage;
  }

  private static void instruction(Stage stage, String word, String rest) {
    switch (word) {
      case "ENV" -> pairs(rest, stage.environment());
      case "LABEL" -> pairs(rest, stage.labels());
      case "EXPOSE" -> {
        for (String port : rest.split(" +", -1)) {
          stage.ports().add(matching(PORT, port).group());
        }
      }
      case "COPY" -> copy(stage, rest);
      case "RUN" -> stage.commands().add(rest);
      case "ARG", "WORKDIR", "USER", "STOPSIGNAL" -> stage.last().put(word, List.of(rest));
      case "ENTRYPOINT", "VOLUME" -> stage.last().put(word, array(rest));
      case "HEALTHCHECK" -> stage.last().put(word, array(matching(HEALTH, rest).group(2)));
      default -> throw new IllegalArgumentException("unknown instruction " + word);
    }
  }

  private static void copy(Stage stage, String rest) {
    List<String> words = new ArrayList<>(Arrays.asList(rest.split(" +", -1)));
    String from = words.get(0).startsWith("--") ? matching(STAGE_OF, words.remove(0)).group(1) : "";
    String target = words.remove(words.size() - 1);
    words.forEach(source -> stage.copies().add(new Copy(from, source, target)));
  }

  private static void pairs(String rest, Map<String, String> into) {
    Matcher pair = PAIR.matcher(rest);
    int end = 0;
    while (pair.find() && pair.start() == end) {
      into.put(pair.group(1), pair.group(2).replace("\"", ""));
      end = pair.end();
    }
    if (end != rest.length()) {
      throw new IllegalArgumentException("not name=value: " + rest.substring(end));
    }
  }

  private static List<String> array(String text) {
    try {
      return List.of(Repository.JSON.readValue(text, String[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the form that needs no shell is wanted: " + text, e);
    }
  }

  private static Matcher matching(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("cannot be read: " + text);
    }
    return matcher;
  }

  Set<String> names() {
    return stages.keySet();
  }

  Stage stage(String name) {
    return stages.get(name);
  }

  /** The stage and all that it is based on, the most basic one first. */
  List<Stage> chain(String name) {
    List<Stage> chain = new ArrayList<>();
    for (Stage stage = stages.get(name); stage != null; stage = stages.get(stage.base())) {
      chain.add(0, stage);
    }
    return chain;
  }

  /** As the image says it at the end. */
  Map<String, String> environment(String name) {
    Map<String, String> all = new LinkedHashMap<>();
    chain(name).forEach(stage -> all.putAll(stage.environment()));
    return all;
  }

  Set<String> ports(String name) {
    Set<String> all = new TreeSet<>();
    chain(name).forEach(stage -> all.addAll(stage.ports()));
    return all;
  }

  List<String> last(String name, String word) {
    List<String> found = List.of();
    for (Stage stage : chain(name)) {
      found = stage.last().getOrDefault(word, found);
    }
    return found;
  }

  List<Copy> copies(String name) {
    return chain(name).stream().flatMap(stage -> stage.copies().stream()).toList();
  }
}
