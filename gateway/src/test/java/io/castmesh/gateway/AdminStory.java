package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.call.CallConfig;
import io.castmesh.call.CallVerticle;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.User;
import io.castmesh.gateway.admin.Admins;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestCluster;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two gateways, rooms and calls on a cluster, an administrator, and people at any of the doors: for
 * {@link AdminTest}.
 */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AdminStory {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Whose lives were to be ended: media-service is not part of this module. */
  final List<String> silenced = new CopyOnWriteArrayList<>();

  /** Whether media-service answers nothing of that. */
  final AtomicBoolean deaf = new AtomicBoolean();

  final Map<TestClient, List<JsonObject>> passed = new HashMap<>();

  TestMesh test;
  TestCluster cluster;
  Mesh room;
  int herePort;
  int therePort;
  JsonObject admin;

  @BeforeAll
  void start(TestMesh mesh) throws Exception {
    test = mesh;
    cluster = mesh.cluster();
    room = cluster.join("room");
    cluster.deploy(room, new RoomVerticle(room, RoomConfig.read(mesh.settings(Map.of()))));
    cluster.deploy(room, new CallVerticle(room, CallConfig.read(mesh.settings(Map.of()))));
    await(
        room.bus()
            .serve(
                Media.END_LIVE_OF,
                request -> {
                  if (deaf.get()) {
                    return Future.failedFuture(Failure.TIMEOUT.exception());
                  }
                  silenced.add(request.userId());
                  return Future.succeededFuture(Done.DONE);
                }));
    await(room.bus().serve(Media.CALL_END, request -> Future.succeededFuture(Done.DONE)));
    herePort = gateway();
    therePort = gateway();
    admin = makeAdmin(signUp("Admin"));
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  int gateway() {
    Mesh mesh = cluster.join("gateway");
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    cluster.deploy(mesh, gateway);
    return Gateways.port(gateway);
  }

  void end(String what, String id) throws Exception {
    HttpResponse<String> answer =
        send("POST", herePort, "/api/v1/admin/" + what + "/" + id + "/end", admin, "{}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  JsonObject people(String query) throws Exception {
    return json(send("GET", herePort, "/api/v1/admin/people?" + query, admin, null));
  }

  List<String> names(String query) throws Exception {
    return people(query).getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getJsonObject("user").getString("nickname"))
        .toList();
  }

  int mute(JsonObject tokens, String body) throws Exception {
    return send("PUT", herePort, "/api/v1/admin/people/" + id(tokens) + "/mute", admin, body)
        .statusCode();
  }

  int ban(JsonObject tokens, String body) throws Exception {
    return send("PUT", herePort, "/api/v1/admin/people/" + id(tokens) + "/ban", admin, body)
        .statusCode();
  }

  JsonObject makeAdmin(JsonObject tokens) {
    assertThat(await(new Admins(room.mysql()).grant(user(tokens)))).isTrue();
    return tokens;
  }

  TestClient signedIn(JsonObject tokens, int port) throws Exception {
    TestClient client = new TestClient(room.vertx(), port);
    session(client, tokens);
    return client;
  }

  static String session(TestClient client, JsonObject tokens) throws Exception {
    JsonObject answer =
        client.call(
            "session.authenticate", new JsonObject().put("token", tokens.getString("accessToken")));
    assertThat(answer.containsKey("result")).as(answer.encode()).isTrue();
    return answer.getJsonObject("result").getString("sessionId");
  }

  /** Of the first event of that name that was not asked for yet. */
  JsonObject params(TestClient client, String method) throws Exception {
    List<JsonObject> others = passed.computeIfAbsent(client, first -> new ArrayList<>());
    for (JsonObject event : others) {
      if (event.getString("method").equals(method)) {
        others.remove(event);
        return event.getJsonObject("params");
      }
    }
    JsonObject event = client.event();
    while (!event.getString("method").equals(method)) {
      others.add(event);
      event = client.event();
    }
    return event.getJsonObject("params");
  }

  static JsonObject data(JsonObject inRoom) {
    return inRoom.copy().put("topic", "t").put("payload", 1);
  }

  JsonObject signUp(String nickname) throws Exception {
    HttpResponse<String> response =
        send("POST", herePort, "/api/v1/auth/register", null, credentials(nickname));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return json(response);
  }

  static String credentials(String nickname) {
    return new JsonObject().put("nickname", nickname).put("password", "password1").encode();
  }

  static String refresh(JsonObject tokens) {
    return new JsonObject().put("refreshToken", tokens.getString("refreshToken")).encode();
  }

  static String id(JsonObject tokens) {
    return tokens.getJsonObject("user").getString("id");
  }

  static User user(JsonObject tokens) {
    JsonObject user = tokens.getJsonObject("user");
    return new User(user.getString("id"), user.getString("nickname"), user.getString("avatar"));
  }

  static HttpResponse<String> send(
      String method, int port, String path, JsonObject tokens, String body) throws Exception {
    return sending(method, port, path, tokens, body).get();
  }

  static CompletableFuture<HttpResponse<String>> sending(
      String method, int port, String path, JsonObject tokens, String body) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("content-type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (tokens != null) {
      builder.header("authorization", "Bearer " + tokens.getString("accessToken"));
    }
    return HTTP.sendAsync(builder.build(), HttpResponse.BodyHandlers.ofString());
  }

  static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  static String problem(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("content-type"))
        .as(response.body())
        .contains("application/problem+json");
    return json(response).getString("name");
  }
}
