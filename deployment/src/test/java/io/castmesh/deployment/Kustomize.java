package io.castmesh.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Renders a kustomization, so that it can be read where no kubectl is: of Kustomize what k8s/ uses
 * of it, and an error for everything else. It differs in one thing: names of generated objects get
 * no hash behind them. {@code KustomizeTest} holds it to the real one where that is installed.
 */
final class Kustomize {
  private static final Set<String> WORKLOADS = Set.of("Deployment", "StatefulSet", "DaemonSet");

  private final Path folder;
  private final List<ObjectNode> objects = new ArrayList<>();

  private Kustomize(Path folder) {
    this.folder = folder;
  }

  static List<ObjectNode> render(Path folder) {
    Kustomize kustomize = new Kustomize(folder);
    JsonNode file =
        Repository.documents(Repository.text(folder.resolve("kustomization.yaml"))).get(0);
    only(
        file,
        Set.of(
            "apiVersion",
            "kind",
            "resources",
            "components",
            "configMapGenerator",
            "patches",
            "labels",
            "replicas",
            "images"));
    file.path("resources").forEach(each -> kustomize.resource(folder.resolve(each.asText())));
    file.path("components").forEach(each -> kustomize.component(folder.resolve(each.asText())));
    file.path("configMapGenerator").forEach(kustomize::generate);
    file.path("patches").forEach(kustomize::patch);
    file.path("labels").forEach(kustomize::label);
    file.path("replicas").forEach(kustomize::scale);
    file.path("images").forEach(kustomize::image);
    return kustomize.objects;
  }

  private void resource(Path path) {
    List<ObjectNode> found = new ArrayList<>();
    if (Files.isDirectory(path)) {
      found.addAll(render(path));
    } else {
      Repository.documents(Repository.text(path)).forEach(each -> found.add((ObjectNode) each));
    }
    for (ObjectNode object : found) {
      if (objects.stream().anyMatch(other -> id(other).equals(id(object)))) {
        throw new IllegalArgumentException(id(object) + " stands twice");
      }
      objects.add(object);
    }
  }

  /** Changes what is there; of what a component may hold, patches. */
  private void component(Path path) {
    JsonNode file =
        Repository.documents(Repository.text(path.resolve("kustomization.yaml"))).get(0);
    only(file, Set.of("apiVersion", "kind", "patches"));
    if (!file.path("kind").asText().equals("Component")) {
      throw new IllegalArgumentException("not a component: " + path);
    }
    file.path("patches").forEach(this::patch);
  }

  static String id(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return object.path("kind").asText()
        + " "
        + metadata.path("namespace").asText("")
        + "/"
        + metadata.path("name").asText();
  }

  private void generate(JsonNode generator) {
    only(generator, Set.of("name", "namespace", "behavior", "envs", "files"));
    ObjectNode map = Repository.JSON.createObjectNode();
    map.put("apiVersion", "v1").put("kind", "ConfigMap");
    map.putObject("metadata")
        .put("name", generator.get("name").asText())
        .put("namespace", generator.get("namespace").asText());
    String wanted = id(map);
    ObjectNode before =
        objects.stream().filter(each -> id(each).equals(wanted)).findFirst().orElse(null);
    if ((before != null) != generator.path("behavior").asText("create").equals("merge")) {
      throw new IllegalArgumentException(wanted + ": nothing to merge into, or two of them");
    }
    if (before == null) {
      map.putObject("data");
      objects.add(map);
      before = map;
    }
    ObjectNode data = (ObjectNode) before.get("data");
    for (JsonNode name : generator.path("envs")) {
      ComposeTest.variables(Repository.text(folder.resolve(name.asText()))).forEach(data::put);
    }
    for (JsonNode name : generator.path("files")) {
      data.put(name.asText(), Repository.text(folder.resolve(name.asText())));
    }
  }

  private void patch(JsonNode patch) {
    only(patch, Set.of("target", "patch"));
    JsonNode target = patch.get("target");
    only(target, Set.of("kind", "name", "namespace"));
    List<ObjectNode> matching =
        objects.stream()
            .filter(each -> each.path("kind").equals(target.get("kind")))
            .filter(each -> same(target, each, "name") && same(target, each, "namespace"))
            .toList();
    if (matching.isEmpty()) {
      throw new IllegalArgumentException("a patch finds nothing: " + target);
    }
    for (ObjectNode object : matching) {
      Repository.documents(patch.get("patch").asText())
          .get(0)
          .forEach(operation -> JsonPatch.apply(object, operation));
    }
  }

  /** As Kustomize takes it: a regular expression of the whole name. */
  private static boolean same(JsonNode target, JsonNode object, String field) {
    return !target.has(field)
        || object.path("metadata").path(field).asText().matches(target.get(field).asText());
  }

  private void label(JsonNode label) {
    only(label, Set.of("pairs", "includeTemplates"));
    for (ObjectNode object : objects) {
      put(object.withObject("/metadata"), label.get("pairs"));
      if (label.path("includeTemplates").asBoolean()
          && WORKLOADS.contains(object.path("kind").asText())) {
        put(object.withObject("/spec/template/metadata"), label.get("pairs"));
        for (JsonNode claim : object.at("/spec/volumeClaimTemplates")) {
          put((ObjectNode) claim.get("metadata"), label.get("pairs"));
        }
      }
    }
  }

  private static void put(ObjectNode metadata, JsonNode pairs) {
    metadata.withObject("/labels").setAll((ObjectNode) pairs);
  }

  private void scale(JsonNode replicas) {
    only(replicas, Set.of("name", "count"));
    objects.stream()
        .filter(each -> WORKLOADS.contains(each.path("kind").asText()))
        .filter(each -> each.at("/metadata/name").equals(replicas.get("name")))
        .forEach(each -> each.withObject("/spec").set("replicas", replicas.get("count")));
  }

  private void image(JsonNode image) {
    only(image, Set.of("name", "newTag"));
    boolean used = false;
    for (ObjectNode object : objects) {
      for (JsonNode container : object.at("/spec/template/spec/containers")) {
        if (container.get("image").equals(image.get("name"))) {
          String tagged = image.get("name").asText() + ":" + image.get("newTag").asText();
          ((ObjectNode) container).put("image", tagged);
          used = true;
        }
      }
    }
    if (!used) {
      throw new IllegalArgumentException("an image that nobody uses: " + image);
    }
  }

  private static void only(JsonNode node, Set<String> known) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new IllegalArgumentException("not supported here: " + name);
              }
            });
  }

  /** JSON patches (RFC 6902): add and replace. */
  private static final class JsonPatch {
    static void apply(ObjectNode object, JsonNode operation) {
      String path = operation.get("path").asText();
      int slash = path.lastIndexOf('/');
      JsonNode parent = object.at(path.substring(0, slash));
      String last = path.substring(slash + 1);
      boolean there = !object.at(path).isMissingNode();
      boolean appends = parent.isArray() && last.equals("-");
      switch (operation.get("op").asText()) {
        case "replace" -> {
          if (!there) {
            throw new IllegalArgumentException("nothing to replace at " + path);
          }
        }
        case "add" -> {
          if (parent.isArray() && !appends) {
            throw new IllegalArgumentException("adding within a list is not supported: " + path);
          }
        }
        default -> throw new IllegalArgumentException("not supported here: " + operation);
      }
      if (appends) {
        ((ArrayNode) parent).add(operation.get("value"));
      } else if (parent instanceof ArrayNode array) {
        array.set(Integer.parseInt(last), operation.get("value"));
      } else if (parent instanceof ObjectNode map) {
        map.set(last, operation.get("value"));
      } else {
        throw new IllegalArgumentException("there is no " + path);
      }
    }
  }
}
