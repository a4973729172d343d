package io.castmesh.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * compose.yml, typed: of the Compose specification what we use of it; keys that stand in no record
 * here are errors. Variables are put in as Compose puts them in.
 */
final class Compose {
  record Project(
      String name,
      Map<String, Service> services,
      Map<String, Network> networks,
      Map<String, Volume> volumes,
      Map<String, Secret> secrets) {}

  record Service(
      String image,
      Build build,
      List<String> entrypoint,
      List<String> command,
      Map<String, String> environment,
      String user,
      String restart,
      boolean init,
      boolean readOnly,
      List<String> capDrop,
      List<String> capAdd,
      List<String> securityOpt,
      Logging logging,
      String stopGracePeriod,
      String stopSignal,
      List<String> tmpfs,
      List<String> secrets,
      Map<String, Condition> dependsOn,
      List<String> ports,
      List<String> volumes,
      JsonNode networks,
      String networkMode,
      Healthcheck healthcheck,
      String memLimit,
      double cpus) {

    /** By their names, however they are written. */
    Set<String> networkNames() {
      Set<String> names = new TreeSet<>();
      if (networks != null && networks.isArray()) {
        networks.forEach(name -> names.add(name.asText()));
      } else if (networks != null) {
        networks.fieldNames().forEachRemaining(names::add);
      }
      return names;
    }
  }

  record Build(String context, String dockerfile, String target) {}

  record Logging(String driver, Map<String, String> options) {}

  record Condition(String condition) {}

  record Healthcheck(
      boolean disable,
      List<String> test,
      String interval,
      String timeout,
      String startPeriod,
      Integer retries) {}

  record Network(boolean internal, Ipam ipam) {}

  record Ipam(List<Map<String, String>> config) {}

  record Volume() {}

  record Secret(String file) {}

  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:\\$|\\{(?<name>\\w+)(?::(?<kind>[-?])(?<rest>[^}]*))?})");

  private static final ObjectMapper STRICT =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final Map<String, String> variables;
  private final Set<String> used = new TreeSet<>();
  private final Project project;

  /**
   * @param variables as {@code .env} gives them
   */
  Compose(JsonNode file, Map<String, String> variables) {
    this.variables = variables;
    ObjectNode root = (ObjectNode) interpolated(file);
    List<String> extensions = new ArrayList<>();
    root.fieldNames().forEachRemaining(extensions::add);
    root.remove(extensions.stream().filter(key -> key.startsWith("x-")).toList());
    try {
      project = STRICT.treeToValue(root, Project.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  Project project() {
    return project;
  }

  /** The variables that the file asks for. */
  Set<String> used() {
    return used;
  }

  private JsonNode interpolated(JsonNode node) {
    if (node.isTextual()) {
      return TextNode.valueOf(interpolated(node.asText()));
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = array.arrayNode();
      array.forEach(each -> copy.add(interpolated(each)));
      return copy;
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = object.objectNode();
      object.properties().forEach(each -> copy.set(each.getKey(), interpolated(each.getValue())));
      return copy;
    }
    return node;
  }

  private String interpolated(String text) {
    Matcher variable = VARIABLE.matcher(text);
    StringBuilder result = new StringBuilder();
    while (variable.find()) {
      variable.appendReplacement(result, Matcher.quoteReplacement(value(variable)));
    }
    return variable.appendTail(result).toString();
  }

  private String value(Matcher variable) {
    String name = variable.group("name");
    if (name == null) {
      return "$";
    }
    used.add(name);
    // With the colon what is empty is not set.
    String given = variables.getOrDefault(name, "");
    if (given.isEmpty() && !"-".equals(variable.group("kind"))) {
      throw new IllegalArgumentException(name + " must be set");
    }
    return given.isEmpty() ? variable.group("rest") : given;
  }
}
