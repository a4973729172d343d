package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A client of the HTTP interface of the gateway at this port. */
record TestHttp(int port) {
  static final HttpClient CLIENT = HttpClient.newHttpClient();

  static String credentials(String nickname, String password) {
    return new JsonObject().put("nickname", nickname).put("password", password).encode();
  }

  /** The name of the problem that a request is answered with. */
  static String problem(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("content-type"))
        .as(response.body())
        .contains("application/problem+json");
    JsonObject problem = new JsonObject(response.body());
    assertThat(problem.getInteger("status")).isEqualTo(response.statusCode());
    return problem.getString("name");
  }

  /** Answers the tokens of somebody new. */
  JsonObject signUp(String nickname) throws Exception {
    HttpResponse<String> response =
        post("/api/v1/auth/register", credentials(nickname, "password1"), null);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return new JsonObject(response.body());
  }

  /**
   * @param tokens null for a stranger
   */
  HttpResponse<String> get(String path, JsonObject tokens) throws Exception {
    return CLIENT.send(request(path, tokens).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body, JsonObject tokens) throws Exception {
    return CLIENT.send(
        request(path, tokens).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpRequest.Builder request(String path, JsonObject tokens) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("content-type", "application/json");
    return tokens == null
        ? builder
        : builder.header("authorization", "Bearer " + tokens.getString("accessToken"));
  }
}
