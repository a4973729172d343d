package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A gateway says every eight seconds what it holds: that is too late for leases of two. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LapsedLeaseTest {
  private Mesh mesh;
  private int port;
  private TestHttp http;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    test.deploy(
        new RoomVerticle(
            mesh,
            RoomConfig.read(
                test.settings(
                    Map.of(
                        "CASTMESH_ROOM_PRESENCE_LEASE", "2",
                        "CASTMESH_ROOM_SWEEP_INTERVAL", "1")))));
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  void whoWasTakenForGoneIsToldToReadAgain() throws Exception {
    // given
    JsonObject tokens = http.signUp("Ada");
    TestClient first = new TestClient(mesh.vertx(), port);
    String session = first.authenticate(tokens, null).getString("sessionId");
    assertThat(first.quiet()).isTrue();

    // when its lease has run out and is renewed
    JsonObject stale = stale(first);
    first.cut();
    first.close();

    // then it can be missed, and comes again
    int seen = stale.getJsonObject("params").getInteger("seq") - 1;
    try (TestClient back = new TestClient(mesh.vertx(), port)) {
      JsonObject resume = new JsonObject().put("sessionId", session).put("lastSeq", seen);
      assertThat(back.authenticate(tokens, resume).getBoolean("resumed")).isTrue();
      assertThat(stale(back)).isEqualTo(stale);
    }
  }

  private static JsonObject stale(TestClient client) {
    AtomicReference<JsonObject> event = new AtomicReference<>();
    eventually(
        "news that events may be lost", Duration.ofSeconds(60), () -> event.set(client.event()));
    assertThat(event.get().getString("method")).isEqualTo("session.stale");
    return event.get();
  }
}
