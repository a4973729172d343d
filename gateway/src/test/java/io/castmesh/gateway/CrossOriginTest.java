package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.config.Origins;
import io.castmesh.runtime.config.Settings;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A page of another origin that uses the HTTP interface, as its browser asks for it. */
@ExtendWith(TestMesh.class)
class CrossOriginTest {
  private static final String PAGE = "https://www.example.org";

  private HttpClient client;
  private int port;

  @Test
  void aPageOfAnAllowedOriginMayAskAndReadTheAnswer(TestMesh test) throws Exception {
    // given
    start(test, "https://other.example.org, HTTPS://www.example.org:443");
    // when
    Answer asked = preflight("/api/v1/auth/login", "POST", PAGE);
    Answer refused = post("/api/v1/auth/login", PAGE);
    // then
    assertThat(asked.status()).isEqualTo(204);
    assertThat(asked.header("access-control-allow-origin")).isEqualTo(PAGE);
    assertThat(asked.header("access-control-allow-methods")).contains("POST", "PATCH", "DELETE");
    assertThat(asked.header("access-control-allow-headers"))
        .contains("authorization", "content-type", "traceparent", "range");
    assertThat(asked.header("access-control-allow-credentials")).isNull();
    assertThat(asked.header("vary")).isEqualTo("origin");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("access-control-allow-origin")).isEqualTo(PAGE);
    assertThat(refused.header("access-control-expose-headers"))
        .contains("traceresponse", "retry-after");
    assertThat(new JsonObject(refused.body()).getString("name")).isEqualTo("BAD_CREDENTIALS");
  }

  @Test
  void aPageOfAnyOtherOriginIsToldNothingAndItsOwnServerServesItAllTheSame(TestMesh test)
      throws Exception {
    // given
    start(test, PAGE);
    // when
    String other = "https://evil.example.org";
    Answer asked = preflight("/api/v1/auth/login", "POST", other);
    // A page that the gateway serves names its origin in what it posts, too.
    Answer own = post("/api/v1/auth/login", "http://127.0.0.1:" + port);
    // then
    assertThat(asked.status()).isEqualTo(405);
    assertThat(asked.header("access-control-allow-origin")).isNull();
    assertThat(own.status()).isEqualTo(401);
    assertThat(own.header("access-control-allow-origin")).isNull();
    assertThat(own.header("vary")).isEqualTo("origin");
  }

  @Test
  void withoutTheSettingThereIsNoOtherOrigin(TestMesh test) throws Exception {
    // given
    start(test, "");
    // when
    Answer asked = preflight("/api/v1/auth/login", "POST", PAGE);
    // then
    assertThat(asked.status()).isEqualTo(405);
    assertThat(asked.header("access-control-allow-origin")).isNull();
    assertThat(asked.header("vary")).isNull();
  }

  @Test
  void anyOriginMayBeAllowed(TestMesh test) throws Exception {
    // given
    start(test, "*");
    // when
    Answer asked = preflight("/api/v1/videos/1/content", "GET", PAGE);
    Answer picture = get("/api/v1/users/1/avatar", PAGE);
    // then
    assertThat(asked.status()).isEqualTo(204);
    assertThat(asked.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(picture.status()).isEqualTo(200);
    assertThat(picture.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(picture.header("vary")).isNull();
  }

  @Test
  void whatIsNoOriginIsAProblemOfTheSettings(TestMesh test) {
    // given
    String origins = "www.example.org,https://a.example.org/,*.example.org,https://b.example.org";
    Settings settings = test.settings(Map.of("CASTMESH_HTTP_ALLOWED_ORIGINS", origins));
    // when
    GatewayConfig.read(settings, test.mesh().config());
    // then
    assertThatThrownBy(() -> settings.verify(Set.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.allowed-origins: 'www.example.org' is no origin")
        .hasMessageContaining("'https://a.example.org/' is more than an origin")
        .hasMessageContaining("'*.example.org' is no origin")
        .hasMessageNotContaining("b.example.org");
    assertThat(List.of("capacitor://localhost", "http://localhost:5173", "*"))
        .allSatisfy(origin -> assertThat(Origins.parse(origin)).isEqualTo(origin));
  }

  private void start(TestMesh test, String origins) {
    GatewayVerticle gateway =
        Gateways.on(test.mesh(), test, Map.of("CASTMESH_HTTP_ALLOWED_ORIGINS", origins));
    test.deploy(gateway);
    port = Gateways.port(gateway);
    client = test.mesh().vertx().createHttpClient();
  }

  private record Answer(int status, MultiMap headers, String body) {
    String header(String name) {
      List<String> values = headers.getAll(name);
      return values.isEmpty() ? null : String.join(", ", values);
    }
  }

  private Answer preflight(String path, String method, String origin) throws Exception {
    return send(
        HttpMethod.OPTIONS,
        path,
        Map.of(
            "origin",
            origin,
            "access-control-request-method",
            method,
            "access-control-request-headers",
            "authorization,content-type,traceparent"),
        "");
  }

  private Answer post(String path, String origin) throws Exception {
    return send(
        HttpMethod.POST,
        path,
        Map.of("origin", origin, "content-type", "application/json"),
        TestHttp.credentials("nobody", "password1"));
  }

  private Answer get(String path, String origin) throws Exception {
    return send(HttpMethod.GET, path, Map.of("origin", origin), "");
  }

  /** Java's own client sends no preflight: some of its headers it sets by itself. */
  private Answer send(HttpMethod method, String path, Map<String, String> headers, String body)
      throws Exception {
    return client
        .request(method, port, "127.0.0.1", path)
        .compose(
            request -> {
              headers.forEach(request::putHeader);
              return request.send(Buffer.buffer(body));
            })
        .compose(CrossOriginTest::answer)
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private static Future<Answer> answer(HttpClientResponse response) {
    return response
        .body()
        .map(body -> new Answer(response.statusCode(), response.headers(), body.toString()));
  }
}
