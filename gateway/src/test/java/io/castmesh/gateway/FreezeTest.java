package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.life.Freeze;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A gateway that stood still: what was sent to it meanwhile is not done any more. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FreezeTest {
  private final AtomicLong clock = new AtomicLong();
  private final Freeze freeze = new Freeze(clock::get);
  private Mesh mesh;
  private int port;
  private TestHttp http;

  @BeforeAll
  void start(TestMesh test) {
    Mesh real = test.mesh();
    mesh =
        new Mesh(
            real.vertx(),
            real.node(),
            real.config(),
            real.bus(),
            real.clients(),
            real.peers(),
            real.mysql(),
            real.redis(),
            real.lifecycle(),
            real.management(),
            freeze,
            real.metrics(),
            real.tracing());
    mesh.bus()
        .serve(Presence.ASSERT, q -> Future.succeededFuture(Presence.Asserted.losing(List.of())));
    mesh.bus().serve(Presence.WITHDRAW, q -> Future.succeededFuture(Done.DONE));
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  /**
   * Else it would be used twice: its owner has used it at another gateway, and loses everything.
   */
  @Test
  void aRefreshTokenThatWaitedIsNotUsed() throws Exception {
    // given
    JsonObject tokens = http.signUp("Ada");
    String refresh =
        new JsonObject().put("refreshToken", tokens.getString("refreshToken")).encode();
    // when
    pass(Duration.ofSeconds(40));
    // then
    assertThat(TestHttp.problem(http.post("/api/v1/auth/refresh", refresh, null)))
        .isEqualTo("UNAVAILABLE");
    assertThat(http.get("/api/v1/me", tokens).statusCode()).isEqualTo(200);
    // and soon
    settle();
    assertThat(http.post("/api/v1/auth/refresh", refresh, null).statusCode()).isEqualTo(200);
  }

  @Test
  void aClientWhoseMessageWaitedComesBackAndHasItsSession() throws Exception {
    // given
    JsonObject tokens = http.signUp("Bea");
    TestClient client = new TestClient(mesh.vertx(), port);
    String session = client.authenticate(tokens, null).getString("sessionId");
    // when
    pass(Duration.ofSeconds(40));
    client.send("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"session.ping\",\"params\":{}}");
    // then
    assertThat(client.closeCode()).isEqualTo(4408);
    client.close();
    settle();
    try (TestClient again = new TestClient(mesh.vertx(), port)) {
      JsonObject resume = new JsonObject().put("sessionId", session).put("lastSeq", 0);
      JsonObject welcome = again.authenticate(tokens, resume);
      assertThat(welcome.getBoolean("resumed")).isTrue();
      assertThat(welcome.getString("sessionId")).isEqualTo(session);
    }
  }

  private void settle() {
    freeze.ran();
    pass(Duration.ofSeconds(3));
    freeze.ran();
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
