package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ways around the limits of one client. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RateTest {
  private Mesh mesh;
  private int port;
  private TestHttp http;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    mesh.bus()
        .serve(
            Presence.ASSERT,
            q -> Future.succeededFuture(Presence.Asserted.losing(List.<String>of())));
    mesh.bus().serve(Presence.WITHDRAW, q -> Future.succeededFuture(Done.DONE));
    GatewayVerticle gateway =
        Gateways.on(
            mesh,
            test,
            Map.of(
                "CASTMESH_LIMITS_MESSAGES_PER_SECOND", "1",
                "CASTMESH_HTTP_TRUSTED_PROXIES", "127.0.0.1",
                "CASTMESH_AUTH_ATTEMPTS_PER_MINUTE", "1"));
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  void whoComesBackAgainAndAgainMaySendNoMoreForIt() throws Exception {
    // given
    JsonObject tokens = http.signUp("Ada");
    JsonObject resume = null;
    int answered = 0;
    long begun = System.nanoTime();

    // when
    for (int i = 0; i < 10; i++) {
      TestClient client = new TestClient(mesh.vertx(), port);
      String session = client.authenticate(tokens, resume).getString("sessionId");
      resume = new JsonObject().put("sessionId", session).put("lastSeq", 0);
      for (int n = 0; n < 2; n++) {
        answered += client.call("session.ping", new JsonObject()).containsKey("result") ? 1 : 0;
      }
      client.cut();
      client.close();
    }

    // then the burst, and one for each second
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
    assertThat(answered).isLessThanOrEqualTo((int) seconds + 4);
  }

  @Test
  void theAddressesOfOneIpv6NetworkAreOneAddress() throws Exception {
    // when
    assertThat(logIn("2001:db8:0:1::1")).isEqualTo("BAD_CREDENTIALS");

    // then
    assertThat(logIn("2001:db8:0:1:a:b:c:d")).isEqualTo("TOO_MANY_REQUESTS");
    assertThat(logIn("2001:db8:0:2::1")).isEqualTo("BAD_CREDENTIALS");
    assertThat(logIn("::ffff:192.0.2.1")).isEqualTo("BAD_CREDENTIALS");
  }

  private String logIn(String from) throws Exception {
    HttpRequest request =
        http.request("/api/v1/auth/login", null)
            .header("x-forwarded-for", from)
            .POST(HttpRequest.BodyPublishers.ofString(TestHttp.credentials("nobody", "password1")))
            .build();
    return TestHttp.problem(TestHttp.CLIENT.send(request, HttpResponse.BodyHandlers.ofString()));
  }
}
