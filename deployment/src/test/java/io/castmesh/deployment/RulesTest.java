package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Kustomize cannot make one object from several files: the rules of Prometheus stand here twice.
 */
class RulesTest {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  private static final Path RULES = Repository.ROOT.resolve("k8s/monitoring/rules.yaml");

  /** {@code -Dcastmesh.update-docs} writes the rules of the cluster anew. */
  @Test
  void theRulesOfTheClusterAreThoseOfPrometheus() throws IOException {
    // given
    ObjectNode rule = Repository.JSON.createObjectNode();
    rule.put("apiVersion", "monitoring.coreos.com/v1").put("kind", "PrometheusRule");
    rule.putObject("metadata").put("name", "castmesh").put("namespace", "castmesh");
    ArrayNode groups = rule.putObject("spec").putArray("groups");
    try (Stream<Path> files = Files.list(Repository.ROOT.resolve("docker/prometheus/rules"))) {
      for (Path file : files.sorted().toList()) {
        groups.addAll((ArrayNode) Repository.documents(Repository.text(file)).get(0).get("groups"));
      }
    }
    // when
    String expected =
        "# Made from docker/prometheus/rules by RulesTest: change it there.\n"
            + YAML.writeValueAsString(rule);
    if (System.getProperty("castmesh.update-docs") != null) {
      Files.writeString(RULES, expected);
    }
    // then
    assertThat(Repository.text(RULES)).isEqualTo(expected);
    JsonNode read = Repository.documents(expected).get(0);
    assertThat(Manifests.read(read).getMetadata().getName()).isEqualTo("castmesh");
  }
}
