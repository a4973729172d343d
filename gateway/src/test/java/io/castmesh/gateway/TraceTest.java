package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.eventually;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CONSUMER;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.gateway.TraceReceiver.Received;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.trace.Trace;
import io.castmesh.testing.TestCluster;
import io.castmesh.testing.TestMesh;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A request is followed through real processes of a mesh, as a collector sees it. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TraceTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String PASSWORD = "correct-horse-battery";

  private TestMesh test;
  private TraceReceiver receiver;
  private TestCluster cluster;
  private Mesh room;
  private int port;
  private int unrecorded;

  @BeforeAll
  void start(TestMesh mesh) throws Exception {
    test = mesh;
    receiver = new TraceReceiver();
    cluster = mesh.cluster();
    room = cluster.join("room", tracing("1"));
    cluster.deploy(room, new RoomVerticle(room, RoomConfig.read(mesh.settings(Map.of()))));
    port = gateway("1");
    unrecorded = gateway("0");
  }

  @AfterAll
  void stop() {
    cluster.close();
    receiver.close();
  }

  private Map<String, String> tracing(String ratio) {
    return Map.of(
        "CASTMESH_TRACING_ENDPOINT",
        receiver.url(),
        "CASTMESH_TRACING_SAMPLE_RATIO",
        ratio,
        "CASTMESH_TRACING_HEADERS",
        "x-key=of-the-collector");
  }

  private int gateway(String ratio) {
    Mesh mesh = cluster.join("gateway", tracing(ratio));
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    cluster.deploy(mesh, gateway);
    return Gateways.port(gateway);
  }

  @Test
  void aSocketRequestIsOneTraceFromTheGatewayOverTheBusIntoRedis() throws Exception {
    // given
    try (TestClient client = signedIn("Ada")) {
      Trace page = new Trace(Trace.fresh().id(), Trace.fresh().spanId(), false);

      // when
      JsonObject answer = call(client, "room.join", new JsonObject(), page);

      // then
      assertThat(answer.getJsonObject("result").getString("roomId")).isNotEmpty();
      Received request = find(page, "castmesh-gateway", SPAN_KIND_SERVER, "room.join");
      assertThat(request.parent()).as("the page records nothing: a root").isEmpty();
      assertThat(request.attributes()).containsEntry("rpc.system", "jsonrpc");
      Received question = child(request, "castmesh-gateway", SPAN_KIND_CLIENT);
      Received service = child(question, "castmesh-room", SPAN_KIND_SERVER);
      assertThat(service.name()).isEqualTo(question.name()).contains("join");
      Received redis = child(service, "castmesh-room", SPAN_KIND_CLIENT);
      assertThat(redis.name()).startsWith("redis ");
      assertThat(receiver.keys()).containsOnly("of-the-collector");
    }
  }

  @Test
  void anEventBelongsToTheTraceOfTheRequestThatCausedIt() throws Exception {
    // given somebody in a room
    try (TestClient first = signedIn("Bea");
        TestClient second = signedIn("Cy")) {
      JsonObject room = call(first, "room.join", new JsonObject(), Trace.fresh());
      String roomId = room.getJsonObject("result").getString("roomId");
      Trace page = Trace.fresh();

      // when
      call(second, "room.join", new JsonObject().put("roomId", roomId), page);

      // then
      assertThat(first.event().getString("method")).isEqualTo("room.peerJoined");
      Received delivery = find(page, "castmesh-gateway", SPAN_KIND_CONSUMER, "gateway.deliver");
      one(
          page.id(),
          "what the event hangs on",
          span -> span.id().equals(delivery.parent()) && span.service().equals("castmesh-room"));
    }
  }

  @Test
  void whoseCallerRecordsHangsOnTheCallersSpanAndTheErrorNamesTheTrace() throws Exception {
    // given
    try (TestClient client = signedIn("Dan")) {
      Trace page = new Trace(Trace.fresh().id(), Trace.fresh().spanId(), true);

      // when
      JsonObject answer = call(client, "room.leave", new JsonObject().put("roomId", "0000"), page);

      // then
      JsonObject data = answer.getJsonObject("error").getJsonObject("data");
      assertThat(data.getString("trace")).isEqualTo(page.id());
      Received request = find(page, "castmesh-gateway", SPAN_KIND_SERVER, "room.leave");
      assertThat(request.parent()).isEqualTo(page.spanId());
      assertThat(request.attributes()).containsEntry("error.type", data.getString("name"));
      assertThat(request.error()).as("a refusal is no fault of ours").isFalse();
    }
  }

  @Test
  void anHttpRequestIsNamedByItsRouteAndLeadsToTheQueriesOfIt() throws Exception {
    // when
    Trace page = Trace.fresh();
    HttpResponse<String> response = post(port, "register", "Eve", PASSWORD, page.traceparent());

    // then
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(Trace.parse(response.headers().firstValue("traceresponse").orElseThrow()).id())
        .isEqualTo(page.id());
    Received request =
        find(page, "castmesh-gateway", SPAN_KIND_SERVER, "POST /api/v1/auth/register");
    assertThat(request.attributes()).containsEntry("http.response.status_code", "201");
    assertThat(request.error()).isFalse();
    eventually(
        "its queries are told",
        () ->
            assertThat(receiver.ofTrace(page.id()))
                .anyMatch(
                    span ->
                        span.name().equals("mariadb INSERT")
                            && span.parent().equals(request.id())
                            && span.attributes().get("db.query.text").contains("?")));
    assertThat(receiver.all().toString()).doesNotContain(PASSWORD);
  }

  @Test
  void whatIsNotRecordedHasAnIdAllTheSame() throws Exception {
    // when
    HttpResponse<String> named = post(unrecorded, "login", "Nobody", PASSWORD, "not one");
    Trace page = new Trace(Trace.fresh().id(), Trace.fresh().spanId(), true);
    HttpResponse<String> wished = post(unrecorded, "login", "Nobody", PASSWORD, page.traceparent());

    // then
    JsonObject problem = new JsonObject(named.body());
    assertThat(problem.getString("name")).isEqualTo("BAD_CREDENTIALS");
    assertThat(problem.getString("trace")).matches("[0-9a-f]{32}");
    assertThat(new JsonObject(wished.body()).getString("trace")).isEqualTo(page.id());
    // and what came later has arrived
    Trace later = Trace.fresh();
    post(port, "login", "Nobody", PASSWORD, later.traceparent());
    find(later, "castmesh-gateway", SPAN_KIND_SERVER, "POST /api/v1/auth/login");
    assertThat(receiver.ofTrace(page.id())).isEmpty();
  }

  private Received find(Trace trace, String service, SpanKind kind, String name) {
    return one(
        trace.id(),
        service + " " + kind + " " + name,
        span -> span.service().equals(service) && span.kind() == kind && span.name().equals(name));
  }

  private Received child(Received parent, String service, SpanKind kind) {
    return one(
        parent.trace(),
        service + " " + kind + " below " + parent.name(),
        span ->
            span.service().equals(service)
                && span.kind() == kind
                && span.parent().equals(parent.id()));
  }

  private Received one(String trace, String what, Predicate<Received> wanted) {
    List<Received> found = new java.util.ArrayList<>();
    eventually(
        what,
        () -> {
          List<Received> all = receiver.ofTrace(trace);
          assertThat(all).as(what).anyMatch(wanted);
          found.add(all.stream().filter(wanted).findFirst().orElseThrow());
        });
    return found.get(0);
  }

  private static JsonObject call(TestClient client, String method, JsonObject params, Trace trace)
      throws Exception {
    client.send(
        new JsonObject()
            .put("jsonrpc", "2.0")
            .put("id", method)
            .put("method", method)
            .put("params", params)
            .put("traceparent", trace.traceparent())
            .encode());
    return client.answer();
  }

  private TestClient signedIn(String nickname) throws Exception {
    JsonObject tokens = new JsonObject(post(port, "register", nickname, PASSWORD, null).body());
    TestClient client = new TestClient(room.vertx(), port);
    client.call(
        "session.authenticate", new JsonObject().put("token", tokens.getString("accessToken")));
    return client;
  }

  private static HttpResponse<String> post(
      int port, String what, String nickname, String password, String traceparent)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/api/v1/auth/" + what))
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    new JsonObject().put("nickname", nickname).put("password", password).encode()));
    if (traceparent != null) {
      request.header("traceparent", traceparent);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
