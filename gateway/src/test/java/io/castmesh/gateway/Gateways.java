package io.castmesh.gateway;

import io.castmesh.contract.Presence;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gateways as the tests want them: on a free port, and many may sign up within a minute. */
final class Gateways {
  private static final Map<String, String> USUAL =
      Map.of("CASTMESH_HTTP_PORT", "0", "CASTMESH_AUTH_ATTEMPTS_PER_MINUTE", "10000");

  private Gateways() {}

  /**
   * A gateway that is not deployed yet.
   *
   * @param more settings by their names in the environment, beside the usual ones
   */
  static GatewayVerticle on(Mesh mesh, TestMesh test, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(USUAL);
    settings.putAll(more);
    return new GatewayVerticle(mesh, GatewayConfig.read(test.settings(settings), mesh.config()));
  }

  /** That presence knows of this holder, of whoever's sessions. */
  static Presence.Holders holdersOf(List<String> sessionIds, String node, int moves) {
    return new Presence.Holders(
        sessionIds.stream().map(id -> new Presence.Holder(id, node, "", moves)).toList());
  }

  /** Where a gateway that is deployed listens. */
  static int port(GatewayVerticle gateway) {
    return URI.create(gateway.url()).getPort();
  }
}
