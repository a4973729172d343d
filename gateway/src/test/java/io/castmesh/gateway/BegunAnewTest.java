package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Holder;
import io.castmesh.contract.SessionRef;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that have not got the answer that their session's events count from one again. */
@ExtendWith(TestMesh.class)
class BegunAnewTest {
  private static final String SESSION = "session-of-the-dead";

  @Test
  void whoWasNotToldThatEventsCountAnewIsToldAgain(TestMesh test) throws Exception {
    // given a session of a gateway that exists no more
    Mesh mesh = test.mesh();
    mesh.bus()
        .serve(
            Presence.ASSERT,
            q -> Future.succeededFuture(Presence.Asserted.losing(List.<String>of())));
    mesh.bus().serve(Presence.WITHDRAW, q -> Future.succeededFuture(Done.DONE));
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    test.deploy(gateway);
    int port = Gateways.port(gateway);
    JsonObject tokens = new TestHttp(port).signUp("Ada");
    Holder dead =
        new Holder(SESSION, "gateway-dead", tokens.getJsonObject("user").getString("id"), 0);
    mesh.bus()
        .serve(Presence.HOLDERS, q -> Future.succeededFuture(new Presence.Holders(List.of(dead))));

    // when its client does not get the answer, and more events come than it had seen
    TestClient first = new TestClient(mesh.vertx(), port);
    assertThat(first.authenticate(tokens, resume(3)).getBoolean("resumed")).isFalse();
    first.cut();
    first.close();
    for (int n = 1; n <= 5; n++) {
      send(mesh, n);
    }
    eventually(
        "five events for who is away",
        () -> assertThat(Metric.EVENTS.counter(mesh.metrics(), "test.event").count()).isEqualTo(5));

    // then
    TestClient second = new TestClient(mesh.vertx(), port);
    JsonObject welcome = second.authenticate(tokens, resume(3));
    assertThat(welcome.getString("sessionId")).isEqualTo(SESSION);
    assertThat(welcome.getBoolean("resumed")).isFalse();

    // and when it has gone on from there, it misses nothing
    assertThat(second.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
    send(mesh, 6);
    assertThat(second.event().getJsonObject("params").getInteger("seq")).isEqualTo(1);
    second.cut();
    second.close();
    send(mesh, 7);
    eventually(
        "the last event",
        () -> assertThat(Metric.EVENTS.counter(mesh.metrics(), "test.event").count()).isEqualTo(7));
    try (TestClient third = new TestClient(mesh.vertx(), port)) {
      assertThat(third.authenticate(tokens, resume(1)).getBoolean("resumed")).isTrue();
      assertThat(third.event().getJsonObject("params").getInteger("n")).isEqualTo(7);
    }
  }

  private static void send(Mesh mesh, int n) {
    mesh.clients().toSession(new SessionRef(SESSION, mesh.node()), "test.event", Map.of("n", n));
  }

  private static JsonObject resume(int lastSeq) {
    return new JsonObject().put("sessionId", SESSION).put("lastSeq", lastSeq);
  }
}
