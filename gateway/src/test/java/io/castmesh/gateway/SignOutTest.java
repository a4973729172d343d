package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is over when a sign-in is over. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignOutTest {
  private Mesh mesh;
  private int port;
  private TestHttp http;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    mesh.bus()
        .serve(Presence.ASSERT, q -> Future.succeededFuture(Presence.Asserted.losing(List.of())));
    mesh.bus().serve(Presence.WITHDRAW, q -> Future.succeededFuture(Done.DONE));
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  void whoStoleARefreshTokenLosesSocketAndAccessWithIt() throws Exception {
    // given a thief with the successor of a token, and its owner with another successor
    JsonObject tokens = http.signUp("Ada");
    JsonObject thief = new JsonObject(refresh(tokens).body());
    JsonObject owner = new JsonObject(refresh(tokens).body());
    try (TestClient socket = new TestClient(mesh.vertx(), port)) {
      socket.authenticate(thief, null);

      // when
      HttpResponse<String> reused = refresh(thief);

      // then
      assertThat(TestHttp.problem(reused)).isEqualTo("TOKEN_REVOKED");
      assertThat(socket.closeCode()).isEqualTo(4401);
      assertThat(TestHttp.problem(http.get("/api/v1/me", thief))).isEqualTo("TOKEN_REVOKED");
      assertThat(TestHttp.problem(http.get("/api/v1/me", owner))).isEqualTo("TOKEN_REVOKED");
    }
  }

  @Test
  void signingOutCanBeRepeatedWhenTheDatabaseWasLate() throws Exception {
    // given
    JsonObject tokens = http.signUp("Bea");
    SqlConnection holder = await(mesh.mysql().getConnection());
    await(holder.query("LOCK TABLES refresh_tokens WRITE").execute());
    HttpResponse<String> late;
    try {
      // when
      late = signOut(tokens);
    } finally {
      await(holder.query("UNLOCK TABLES").execute());
      await(holder.close());
    }
    // then
    assertThat(late.statusCode()).isEqualTo(503);
    assertThat(signOut(tokens).statusCode()).isEqualTo(204);
    assertThat(TestHttp.problem(refresh(tokens))).isEqualTo("TOKEN_REVOKED");
    assertThat(TestHttp.problem(http.get("/api/v1/me", tokens))).isEqualTo("TOKEN_REVOKED");
  }

  @Test
  void signingOutEndsAllAccessTokensOfTheSignIn() throws Exception {
    // given
    JsonObject first = http.signUp("Cleo");
    JsonObject second = new JsonObject(refresh(first).body());
    JsonObject elsewhere =
        new JsonObject(
            http.post("/api/v1/auth/login", TestHttp.credentials("Cleo", "password1"), null)
                .body());

    // when
    assertThat(signOut(second).statusCode()).isEqualTo(204);

    // then
    assertThat(TestHttp.problem(http.get("/api/v1/me", first))).isEqualTo("TOKEN_REVOKED");
    assertThat(http.get("/api/v1/me", elsewhere).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> signOut(JsonObject tokens) throws Exception {
    return http.post("/api/v1/auth/logout", refreshToken(tokens), tokens);
  }

  private HttpResponse<String> refresh(JsonObject tokens) throws Exception {
    return http.post("/api/v1/auth/refresh", refreshToken(tokens), null);
  }

  private static String refreshToken(JsonObject tokens) {
    return new JsonObject().put("refreshToken", tokens.getString("refreshToken")).encode();
  }
}
