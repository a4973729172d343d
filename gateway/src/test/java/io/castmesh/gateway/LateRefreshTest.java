package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What MySQL does after everybody has given it up. */
@ExtendWith(TestMesh.class)
class LateRefreshTest {
  @Test
  void aRefreshThatWasGivenUpTakesNothingFromTheNextOne(TestMesh test) throws Exception {
    // given
    HeldLine line = new HeldLine(test);
    GatewayVerticle gateway = Gateways.on(line.under(test), test, Map.of());
    test.deploy(gateway);
    TestHttp http = new TestHttp(Gateways.port(gateway));
    JsonObject first = http.signUp("Ada");
    line.holdWhoSays("FOR UPDATE");

    // when
    HttpResponse<String> late = refresh(http, first);
    HttpResponse<String> again = refresh(http, first);
    line.release();

    // then
    assertThat(late.statusCode()).isEqualTo(503);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(refresh(http, new JsonObject(again.body())).statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> refresh(TestHttp http, JsonObject tokens) throws Exception {
    String token = tokens.getString("refreshToken");
    return http.post(
        "/api/v1/auth/refresh", new JsonObject().put("refreshToken", token).encode(), null);
  }
}
