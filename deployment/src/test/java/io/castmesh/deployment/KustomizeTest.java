package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KustomizeTest {
  /** Since 5.0 (kubectl 1.27) it is what it is today. */
  private static final int OLDEST = 5;

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void whatTheTestsReadIsWhatKustomizeRenders(String overlay) throws Exception {
    compare(Repository.ROOT.resolve("k8s/overlays").resolve(overlay));
  }

  @Test
  void whatAComponentChangesIsWhatKustomizeChanges(@TempDir Path own) throws Exception {
    compare(MeshTlsTest.overlay(own, "prod"));
  }

  private static void compare(Path folder) throws Exception {
    // given
    assumeTrue(kustomizeIsThere(), "kubectl with Kustomize 5 is not installed");

    // when
    String rendered = Container.run(List.of("kubectl", "kustomize", folder.toString()), Map.of());

    // then
    Map<String, JsonNode> real = byId(Repository.documents(withoutHashes(rendered)));
    Map<String, JsonNode> ours = byId(Kustomize.render(folder));
    assertThat(ours).containsOnlyKeys(real.keySet());
    real.forEach((id, object) -> assertThat(ours.get(id)).as(id).isEqualTo(object));
  }

  private static String withoutHashes(String rendered) {
    return rendered.replaceAll("\\b(castmesh-settings|coturn|redis)-[a-z0-9]{10}\\b", "$1");
  }

  private static boolean kustomizeIsThere() {
    try {
      String version = Container.run(List.of("kubectl", "version", "--client"), Map.of());
      String number = version.replaceAll("(?s).*Kustomize Version: v(\\d+)\\..*", "$1").trim();
      return number.matches("\\d+") && Integer.parseInt(number) >= OLDEST;
    } catch (Exception notThere) {
      return false;
    }
  }

  private static Map<String, JsonNode> byId(List<? extends JsonNode> objects) {
    Map<String, JsonNode> byId = new TreeMap<>();
    objects.forEach(object -> byId.put(Kustomize.id(object), object));
    return byId;
  }
}
