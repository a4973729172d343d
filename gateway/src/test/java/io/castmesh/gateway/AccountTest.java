package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Accounts and their tokens over HTTP, with a real MariaDB and Redis. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountTest {
  private Mesh mesh;
  private int port;
  private TestHttp http;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  @Timeout(120)
  void whoSignsUpWhileTheDatabaseStandsStillIsToldSo() throws Exception {
    // given
    SqlConnection holder = await(mesh.mysql().getConnection());
    await(holder.query("LOCK TABLES accounts WRITE").execute());
    try {
      // when
      HttpResponse<String> refused =
          http.post("/api/v1/auth/register", TestHttp.credentials("Mona", "password1"), null);
      // then
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(TestHttp.problem(refused)).isEqualTo("UNAVAILABLE");
    } finally {
      await(holder.query("UNLOCK TABLES").execute());
      await(holder.close());
    }
  }

  @Test
  @Timeout(120)
  void whoWasToldThatTheDatabaseIsLateMaySignUpAgain() throws Exception {
    // given a sign-up that is carried out after it was given up
    String nora = TestHttp.credentials("Nora", "password1");
    SqlConnection holder = await(mesh.mysql().getConnection());
    await(holder.query("LOCK TABLES accounts WRITE").execute());
    try {
      assertThat(http.post("/api/v1/auth/register", nora, null).statusCode()).isEqualTo(503);
    } finally {
      await(holder.query("UNLOCK TABLES").execute());
      await(holder.close());
    }
    eventually(
        "the account",
        () ->
            assertThat(
                    await(
                        mesh.mysql()
                            .query("SELECT id FROM accounts WHERE nickname = 'Nora'")
                            .execute()))
                .hasSize(1));

    // when, then
    for (String other :
        List.of(
            TestHttp.credentials("Nora", "password2"), TestHttp.credentials("nora", "password1"))) {
      assertThat(TestHttp.problem(http.post("/api/v1/auth/register", other, null)))
          .isEqualTo("NICKNAME_TAKEN");
    }
    HttpResponse<String> again = http.post("/api/v1/auth/register", nora, null);
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(http.get("/api/v1/me", new JsonObject(again.body())).statusCode()).isEqualTo(200);
    assertThat(TestHttp.problem(http.post("/api/v1/auth/register", nora, null)))
        .isEqualTo("NICKNAME_TAKEN");
  }

  @Test
  @Timeout(120)
  void aGuestWhoWasToldThatTheDatabaseIsLateMayHaveTheNameStill() throws Exception {
    // given
    String guest = body("nickname", "Olaf");
    SqlConnection holder = await(mesh.mysql().getConnection());
    await(holder.query("LOCK TABLES accounts WRITE").execute());
    try {
      assertThat(http.post("/api/v1/auth/guest", guest, null).statusCode()).isEqualTo(503);
    } finally {
      await(holder.query("UNLOCK TABLES").execute());
      await(holder.close());
    }
    // when
    HttpResponse<String> again = http.post("/api/v1/auth/guest", guest, null);
    // then
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(http.get("/api/v1/me", new JsonObject(again.body())).statusCode()).isEqualTo(200);
  }

  @Test
  void loggingOutRevokesBothTokensAndEndsTheSession() throws Exception {
    // given
    JsonObject tokens = http.signUp("Kim");
    String refresh = body("refreshToken", tokens.getString("refreshToken"));
    TestClient client = new TestClient(mesh.vertx(), port);
    client.authenticate(tokens, null);
    // when
    HttpResponse<String> out = http.post("/api/v1/auth/logout", refresh, tokens);
    // then
    assertThat(out.statusCode()).isEqualTo(204);
    assertThat(client.closeCode()).isEqualTo(4401);
    client.close();
    assertThat(TestHttp.problem(http.get("/api/v1/me", tokens))).isEqualTo("TOKEN_REVOKED");
    assertThat(TestHttp.problem(http.post("/api/v1/auth/refresh", refresh, null)))
        .isEqualTo("TOKEN_REVOKED");
  }

  @Test
  void aRefreshTokenWorksOnceAndItsReuseEndsTheFamily() throws Exception {
    // given a token and its successor, both used
    JsonObject tokens = http.signUp("Lea");
    String first = body("refreshToken", tokens.getString("refreshToken"));
    JsonObject second = new JsonObject(http.post("/api/v1/auth/refresh", first, null).body());
    assertThat(http.get("/api/v1/me", second).statusCode()).isEqualTo(200);
    String successor = body("refreshToken", second.getString("refreshToken"));
    JsonObject third = new JsonObject(http.post("/api/v1/auth/refresh", successor, null).body());
    // when
    assertThat(TestHttp.problem(http.post("/api/v1/auth/refresh", first, null)))
        .isEqualTo("TOKEN_REVOKED");
    // then
    String latest = body("refreshToken", third.getString("refreshToken"));
    assertThat(TestHttp.problem(http.post("/api/v1/auth/refresh", latest, null)))
        .isEqualTo("TOKEN_REVOKED");
  }

  @Test
  void whoDidNotGetTheAnswerMayRefreshAgainAndTheLostSuccessorIsOfNoUse() throws Exception {
    // given
    JsonObject tokens = http.signUp("Lou");
    String first = body("refreshToken", tokens.getString("refreshToken"));
    JsonObject lost = new JsonObject(http.post("/api/v1/auth/refresh", first, null).body());
    // when
    JsonObject again = new JsonObject(http.post("/api/v1/auth/refresh", first, null).body());
    // then
    assertThat(http.get("/api/v1/me", again).statusCode()).isEqualTo(200);
    String unseen = body("refreshToken", lost.getString("refreshToken"));
    assertThat(TestHttp.problem(http.post("/api/v1/auth/refresh", unseen, null)))
        .isEqualTo("TOKEN_REVOKED");
    // and since somebody had the unseen one, nobody is trusted any more
    String latest = body("refreshToken", again.getString("refreshToken"));
    assertThat(TestHttp.problem(http.post("/api/v1/auth/refresh", latest, null)))
        .isEqualTo("TOKEN_REVOKED");
  }

  @Test
  void nicknamesThatLookAlikeAreOne() throws Exception {
    http.signUp("Max");
    HttpResponse<String> taken =
        http.post("/api/v1/auth/register", TestHttp.credentials("\uFF2Dax", "password1"), null);
    assertThat(taken.statusCode()).isEqualTo(409);
    assertThat(TestHttp.problem(taken)).isEqualTo("NICKNAME_TAKEN");
  }

  @Test
  void badHttpInputGetsProblemsWithStableNames() throws Exception {
    assertThat(TestHttp.problem(http.post("/api/v1/auth/register", "{", null)))
        .isEqualTo("INVALID_REQUEST");
    assertThat(
            TestHttp.problem(
                http.post(
                    "/api/v1/auth/register", TestHttp.credentials("a b!", "password1"), null)))
        .isEqualTo("INVALID_REQUEST");
    assertThat(
            TestHttp.problem(
                http.post("/api/v1/auth/register", TestHttp.credentials("Nils", "short"), null)))
        .isEqualTo("INVALID_REQUEST");
    assertThat(
            TestHttp.problem(
                http.post("/api/v1/auth/login", TestHttp.credentials("nobody", "password1"), null)))
        .isEqualTo("BAD_CREDENTIALS");
    assertThat(TestHttp.problem(http.get("/api/v1/me", null))).isEqualTo("UNAUTHENTICATED");
    assertThat(TestHttp.problem(http.get("/api/v1/nothing", null))).isEqualTo("NOT_FOUND");
    assertThat(TestHttp.problem(http.get("/api/v1/videos/..%2f..%2fetc%2fpasswd/content", null)))
        .isIn("VIDEO_NOT_FOUND", "NOT_FOUND");
    assertThat(TestHttp.problem(http.get("/api/v1/videos?page=-1", null)))
        .isEqualTo("INVALID_REQUEST");
    assertThat(TestHttp.problem(http.get("/api/v1/lives", null))).isEqualTo("UNAVAILABLE");
  }

  private static String body(String name, String value) {
    return new JsonObject().put(name, value).encode();
  }
}
