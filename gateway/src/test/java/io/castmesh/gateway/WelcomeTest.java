package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Asserted;
import io.castmesh.contract.Presence.Withdrawal;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is true when a client is told that its session has begun. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WelcomeTest {
  private final BlockingQueue<Presence.Session> asserted = new LinkedBlockingQueue<>();
  private final BlockingQueue<Withdrawal> withdrawn = new LinkedBlockingQueue<>();
  private final BlockingQueue<Clients.SessionEnded> ended = new LinkedBlockingQueue<>();
  private Mesh mesh;
  private int port;
  private TestHttp http;
  private volatile Promise<Asserted> presence;

  /** room-service is not part of this module: the test says when presence is known. */
  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    mesh.bus()
        .serve(
            Presence.ASSERT,
            assertion -> {
              asserted.addAll(assertion.sessions());
              return presence.future();
            });
    mesh.bus()
        .serve(
            Presence.WITHDRAW,
            withdrawal -> {
              withdrawn.add(withdrawal);
              return Future.succeededFuture(Done.DONE);
            });
    mesh.bus().listen(Clients.SESSION_ENDED, ended::add);
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  void othersKnowOfItBeforeItDoes() throws Exception {
    // given
    presence = Promise.promise();
    JsonObject tokens = http.signUp("Ada");
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      // when
      send(client, tokens);
      Presence.Session session = assertedOf(tokens);
      assertThat(client.failure("session.ping", new JsonObject())).isEqualTo("UNAUTHENTICATED");
      presence.complete(Asserted.losing(List.of()));

      // then
      JsonObject welcome = client.answer().getJsonObject("result");
      assertThat(welcome.getString("sessionId")).isEqualTo(session.sessionId());
    }
  }

  @Test
  void presenceThatIsNotAnsweredKeepsNobodyOut() throws Exception {
    // given
    presence = Promise.promise();
    JsonObject tokens = http.signUp("Bea");
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      // when
      JsonObject welcome = client.authenticate(tokens, null);

      // then
      assertThat(welcome.getBoolean("resumed")).isFalse();
      assertThat(welcome.getInteger("maxMessageBytes")).isEqualTo(65_536);
      assertThat(client.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
    }
  }

  @Test
  void whoGoesBeforeTheWelcomeIsSaidToBeGone() throws Exception {
    // given
    presence = Promise.promise();
    JsonObject tokens = http.signUp("Cleo");
    TestClient client = new TestClient(mesh.vertx(), port);
    send(client, tokens);
    String session = assertedOf(tokens).sessionId();

    // when
    client.cut();
    client.close();

    // then
    await(ended, end -> end.session().sessionId().equals(session));
    await(withdrawn, one -> one.sessionId().equals(session));
  }

  private static void send(TestClient client, JsonObject tokens) {
    client.send(
        new JsonObject()
            .put("jsonrpc", "2.0")
            .put("id", 1)
            .put("method", "session.authenticate")
            .put("params", new JsonObject().put("token", tokens.getString("accessToken")))
            .encode());
  }

  private Presence.Session assertedOf(JsonObject tokens) throws Exception {
    String user = tokens.getJsonObject("user").getString("id");
    return await(asserted, session -> session.user().id().equals(user));
  }

  /** What others do and did is passed over. */
  private static <T> T await(BlockingQueue<T> queue, Predicate<T> wanted) throws Exception {
    T next;
    do {
      next = queue.poll(60, TimeUnit.SECONDS);
      assertThat(next).as("what was waited for").isNotNull();
    } while (!wanted.test(next));
    return next;
  }
}
