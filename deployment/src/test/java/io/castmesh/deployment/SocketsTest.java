package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A gateway accepts as many sockets as its memory holds: who comes then is refused, not all lost.
 */
class SocketsTest {
  /** An idle one has 16 KB (docs/scale.md); the rest is for what waits, and for the collector. */
  private static final long HEAP_OF_A_SOCKET = 50_000;

  @Test
  void composeAcceptsWhatTheContainerHolds() {
    Compose.Service gateway =
        new Compose(Repository.yaml("compose.yml"), ComposeTest.example())
            .project()
            .services()
            .get("gateway");
    check(gateway.environment(), new Quantity(gateway.memLimit().replace("g", "Gi")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void theClusterAcceptsWhatThePodHolds(String overlay) {
    Manifests manifests = Manifests.of(overlay);
    Manifests.Workload gateway = manifests.workload("gateway");
    check(
        manifests.environment(gateway),
        Manifests.container(gateway).getResources().getLimits().get("memory"));
  }

  private static void check(Map<String, String> environment, Quantity memory) {
    long sockets = Long.parseLong(environment.get("CASTMESH_LIMITS_SOCKETS"));
    assertThat(Repository.text("docker/java/common.options"))
        .contains("\n-XX:MaxRAMPercentage=50\n");
    assertThat(sockets * HEAP_OF_A_SOCKET)
        .isLessThanOrEqualTo(memory.getNumericalAmount().longValue() / 2);
  }
}
