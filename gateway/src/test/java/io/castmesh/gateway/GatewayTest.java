package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.testing.Eventually;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The gateway from outside: real sockets, real MariaDB and Redis. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayTest {
  private final BlockingQueue<Clients.SessionEnded> ended = new LinkedBlockingQueue<>();
  private Mesh mesh;
  private int port;
  private TestHttp http;

  @BeforeAll
  void start(TestMesh test) throws Exception {
    mesh = test.mesh();
    // room-service is not part of this module: the test hears what the gateway says to it.
    mesh.bus()
        .serve(Presence.ASSERT, q -> Future.succeededFuture(Presence.Asserted.losing(List.of())));
    mesh.bus().serve(Presence.WITHDRAW, q -> Future.succeededFuture(Done.DONE));
    mesh.bus()
        .serve(
            Presence.HOLDERS,
            q -> Future.succeededFuture(Gateways.holdersOf(q.sessionIds(), mesh.node(), 0)));
    mesh.bus().listen(Clients.SESSION_ENDED, ended::add);
    GatewayVerticle gateway =
        Gateways.on(
            mesh,
            test,
            Map.of(
                "CASTMESH_SESSION_RESUME_WINDOW", "6",
                "CASTMESH_SESSION_AUTHENTICATE_WITHIN", "10"));
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  void whoSignsUpCanAuthenticateASocketAndPing() throws Exception {
    // given
    JsonObject tokens = http.signUp("Ada");
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      // when
      JsonObject welcome = client.authenticate(tokens, null);
      JsonObject pong = client.call("session.ping", new JsonObject());
      // then
      assertThat(welcome.getJsonObject("user").getString("nickname")).isEqualTo("Ada");
      assertThat(welcome.getBoolean("resumed")).isFalse();
      assertThat(pong.getJsonObject("result").getString("time")).endsWith("Z");
    }
  }

  @Test
  void aClientThatReturnsGetsWhatItMissedInOrderAndOnce() throws Exception {
    // given
    JsonObject tokens = http.signUp("Bea");
    TestClient first = new TestClient(mesh.vertx(), port);
    String session = first.authenticate(tokens, null).getString("sessionId");
    deliver(session, 1);
    assertThat(first.event().getJsonObject("params").getInteger("n")).isEqualTo(1);
    // when
    first.cut();
    first.close();
    deliver(session, 2);
    deliver(session, 3);
    try (TestClient second = new TestClient(mesh.vertx(), port)) {
      JsonObject welcome =
          second.authenticate(tokens, new JsonObject().put("sessionId", session).put("lastSeq", 1));
      // then
      assertThat(welcome.getBoolean("resumed")).isTrue();
      assertThat(welcome.getString("sessionId")).isEqualTo(session);
      assertThat(second.event().getJsonObject("params").getMap())
          .containsEntry("seq", 2)
          .containsEntry("n", 2);
      assertThat(second.event().getJsonObject("params").getMap())
          .containsEntry("seq", 3)
          .containsEntry("n", 3);
      assertThat(second.quiet()).isTrue();
    }
  }

  @Test
  void aClientThatDoesNotReturnIsGivenUpAfterItsWindow() throws Exception {
    // given
    TestClient client = new TestClient(mesh.vertx(), port);
    JsonObject tokens = http.signUp("Cleo");
    String session = client.authenticate(tokens, null).getString("sessionId");
    // when
    client.cut();
    client.close();
    // then
    Clients.SessionEnded news;
    do {
      news = ended.poll(60, TimeUnit.SECONDS);
      assertThat(news).as("news that the session has ended").isNotNull();
    } while (!news.session().sessionId().equals(session));
    assertThat(news.reason()).isEqualTo("expired");
    try (TestClient late = new TestClient(mesh.vertx(), port)) {
      JsonObject resume = new JsonObject().put("sessionId", session).put("lastSeq", 0);
      assertThat(late.authenticate(tokens, resume).getBoolean("resumed")).isFalse();
    }
  }

  @Test
  void aSessionIsNotHandedToSomebodyElse() throws Exception {
    // given
    JsonObject dora = http.signUp("Dora");
    JsonObject eve = http.signUp("Eve");
    TestClient owner = new TestClient(mesh.vertx(), port);
    String session = owner.authenticate(dora, null).getString("sessionId");
    // when
    try (TestClient thief = new TestClient(mesh.vertx(), port)) {
      JsonObject resume = new JsonObject().put("sessionId", session).put("lastSeq", 0);
      JsonObject welcome = thief.authenticate(eve, resume);
      // then
      assertThat(welcome.getBoolean("resumed")).isFalse();
      assertThat(welcome.getString("sessionId")).isNotEqualTo(session);
      assertThat(owner.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
    }
    owner.close();
  }

  @Test
  void aClientBehindAProxyWithoutWebSocketsUsesSockJs() throws Exception {
    // given
    JsonObject tokens = http.signUp("Pia");
    String session = "/sockjs/000/" + System.nanoTime();
    HttpResponse<Stream<String>> stream =
        TestHttp.CLIENT.send(
            http.request(session + "/xhr_streaming", null)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofLines());
    Iterator<String> frames = stream.body().filter(line -> !line.startsWith("h")).iterator();
    assertThat(frames.next()).isEqualTo("o");
    // when
    JsonObject request =
        new JsonObject()
            .put("jsonrpc", "2.0")
            .put("id", 1)
            .put("method", "session.authenticate")
            .put("params", new JsonObject().put("token", tokens.getString("accessToken")));
    String sent = new JsonArray().add(request.encode()).encode();
    assertThat(http.post(session + "/xhr_send", sent, null).statusCode()).isEqualTo(204);
    // then
    JsonObject answer = new JsonObject(new JsonArray(frames.next().substring(1)).getString(0));
    assertThat(answer.getJsonObject("result").getJsonObject("user").getString("nickname"))
        .isEqualTo("Pia");
  }

  @Test
  void aSocketThatNeverAuthenticatesIsClosed() throws Exception {
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      assertThat(client.failure("session.ping", new JsonObject())).isEqualTo("UNAUTHENTICATED");
      assertThat(client.closeCode()).isEqualTo(4401);
    }
  }

  @Test
  void badMessagesAreAnsweredWithStableErrorsAndDisturbNobody() throws Exception {
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      client.authenticate(http.signUp("Fay"), null);
      // when, then
      client.send("{\"jsonrpc\":");
      assertThat(TestClient.name(client.answer())).isEqualTo("PARSE_ERROR");
      client.send("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}]");
      assertThat(TestClient.name(client.answer())).isEqualTo("INVALID_MESSAGE");
      client.send("{\"id\":1,\"method\":\"session.ping\"}");
      assertThat(TestClient.name(client.answer())).isEqualTo("INVALID_MESSAGE");
      client.send("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"live.view\",\"params\":[1]}");
      assertThat(TestClient.name(client.answer())).isEqualTo("INVALID_PARAMS");
      assertThat(client.failure("live.explode", new JsonObject())).isEqualTo("METHOD_NOT_FOUND");
      assertThat(client.failure("live.view", new JsonObject().put("liveId", "x")))
          .isEqualTo("INVALID_PARAMS");
      JsonObject wrong =
          client.call("live.view", new JsonObject().put("liveId", 5).put("sdpOffer", "v=0"));
      assertThat(TestClient.name(wrong)).isEqualTo("INVALID_PARAMS");
      assertThat(wrong.getJsonObject("error").getJsonObject("data").getString("details"))
          .contains("liveId");
      assertThat(client.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
    }
  }

  @Test
  void aMessageOverTheLimitClosesItsSocketAlone() throws Exception {
    try (TestClient bystander = new TestClient(mesh.vertx(), port);
        TestClient client = new TestClient(mesh.vertx(), port)) {
      bystander.authenticate(http.signUp("Gus"), null);
      client.authenticate(http.signUp("Hal"), null);
      client.send("{\"x\":\"" + "a".repeat(70_000) + "\"}");
      assertThat(client.closeCode()).isEqualTo(4413);
      assertThat(bystander.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
    }
  }

  @Test
  void aSessionTooManyTakesThePlaceOfTheOldest() throws Exception {
    // given
    JsonObject tokens = http.signUp("Rosa");
    TestClient first = new TestClient(mesh.vertx(), port);
    first.authenticate(tokens, null);
    List<TestClient> others = new ArrayList<>();
    // when
    for (int i = 0; i < 16; i++) {
      TestClient next = new TestClient(mesh.vertx(), port);
      next.authenticate(tokens, null);
      others.add(next);
    }
    // then
    assertThat(first.event().getString("method")).isEqualTo("session.replaced");
    assertThat(first.closeCode()).isEqualTo(4409);
    for (TestClient other : others) {
      assertThat(other.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
      other.close();
    }
    first.close();
  }

  @Test
  void aFloodIsRefusedAndThenCutOff() throws Exception {
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      client.authenticate(http.signUp("Ivy"), null);
      for (int i = 0; i < 2000; i++) {
        client.send("{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"method\":\"session.ping\"}");
      }
      assertThat(client.closeCode()).isEqualTo(4429);
      JsonObject answer = client.answer();
      while (answer.containsKey("result")) {
        answer = client.answer();
      }
      assertThat(TestClient.name(answer)).isEqualTo("TOO_MANY_REQUESTS");
    }
  }

  @Test
  void aClientThatDoesNotReadIsCutOffAndReturnsToWhatItMissed() throws Exception {
    JsonObject tokens = http.signUp("Quinn");
    String session;
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      // given
      session = client.authenticate(tokens, null).getString("sessionId");
      client.stopReading();
      // when: more than the kernel's buffers and the outbox hold
      String much = "x".repeat(60_000);
      for (int n = 1; n <= 200; n++) {
        mesh.clients()
            .toSession(new SessionRef(session, mesh.node()), "test.event", Map.of("much", much));
      }
      // then
      Eventually.eventually(
          "the slow client is counted as closed",
          () ->
              assertThat(Metric.SOCKETS_CLOSED.counter(mesh.metrics(), "slow_consumer").count())
                  .isEqualTo(1));
    }
    try (TestClient back = new TestClient(mesh.vertx(), port)) {
      JsonObject resume = new JsonObject().put("sessionId", session).put("lastSeq", 195);
      assertThat(back.authenticate(tokens, resume).getBoolean("resumed")).isTrue();
      assertThat(back.event().getJsonObject("params").getInteger("seq")).isEqualTo(196);
    }
  }

  @Test
  void tokensThatAreNotOursAreRefused() throws Exception {
    String good = http.signUp("Jan").getString("accessToken");
    String[] parts = good.split("\\.", -1);
    JsonObject claims = new JsonObject(new String(Base64.getUrlDecoder().decode(parts[1])));
    String unsigned =
        encode(new JsonObject().put("alg", "none").put("typ", "JWT")) + "." + parts[1] + ".";
    String forged = parts[0] + "." + encode(claims.put("sub", "somebody-else")) + "." + parts[2];
    for (String token :
        List.of(unsigned, forged, "nonsense", parts[0] + "." + parts[1] + ".AAAA")) {
      try (TestClient client = new TestClient(mesh.vertx(), port)) {
        assertThat(client.failure("session.authenticate", new JsonObject().put("token", token)))
            .isEqualTo("TOKEN_INVALID");
        assertThat(client.closeCode()).isEqualTo(4401);
      }
    }
  }

  @Test
  void everyDescribedMethodIsKnownAndSaysWhatIsWrong() throws Exception {
    JsonObject document = new JsonObject(http.get("/openrpc.json", null).body());
    JsonArray methods = document.getJsonArray("methods");
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      client.authenticate(http.signUp("Olga"), null);
      for (int i = 0; i < methods.size(); i++) {
        String name = methods.getJsonObject(i).getString("name");
        JsonObject answer = client.call(name, new JsonObject());
        if (answer.containsKey("error")) {
          // Those that need no parameters reach for their service, which is not there.
          assertThat(TestClient.name(answer)).as(name).isIn("INVALID_PARAMS", "UNAVAILABLE");
        }
      }
    }
  }

  private void deliver(String session, int n) throws Exception {
    mesh.clients().toSession(new SessionRef(session, mesh.node()), "test.event", Map.of("n", n));
  }

  private static String encode(JsonObject json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json.encode().getBytes());
  }
}
