package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Holder;
import io.castmesh.contract.Presence.Holders;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of a session whose client does not come back to its gateway. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExpiryTest {
  private static final Future<Holders> NOBODY = Future.succeededFuture(new Holders(List.of()));

  private final BlockingQueue<Clients.SessionEnded> ended = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private Mesh mesh;
  private int port;
  private TestHttp http;
  private volatile Function<String, Future<Holders>> presence = id -> NOBODY;

  /** room-service is not part of this module: the test says who holds a session. */
  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    mesh.bus()
        .serve(
            Presence.ASSERT, q -> Future.succeededFuture(new Presence.Asserted(List.<String>of())));
    mesh.bus().serve(Presence.WITHDRAW, q -> Future.succeededFuture(Done.DONE));
    mesh.bus()
        .serve(
            Presence.HOLDERS,
            query -> {
              asked.addAll(query.sessionIds());
              return presence.apply(query.sessionIds().get(0));
            });
    mesh.bus().listen(Clients.SESSION_ENDED, ended::add);
    GatewayVerticle gateway =
        Gateways.on(mesh, test, Map.of("CASTMESH_SESSION_RESUME_WINDOW", "2"));
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  void itEndsWhenNobodyElseHasIt() throws Exception {
    // given
    presence = id -> NOBODY;
    // when
    String session = cutOff("Ada");
    // then
    assertThat(next(ended).session().sessionId()).isEqualTo(session);
  }

  /** As after a hang, or a network split: the other gateway could not ask this one for it. */
  @Test
  void whatAnotherGatewayHasTakenOverIsNotEndedHere() throws Exception {
    // given
    JsonObject user = http.signUp("Bea").getJsonObject("user");
    presence =
        id ->
            Future.succeededFuture(
                new Holders(List.of(new Holder(id, "gateway-other", user.getString("id"), 1))));
    // when
    String session = cutOff("Cleo");
    // then
    assertThat(isAskedFor(session)).isTrue();
    // and it has been forgotten: it is neither ended nor asked for again
    assertThat(isAskedFor(session)).isFalse();
    assertThat(ended).isEmpty();
  }

  @Test
  void itWaitsAsLongAsNobodyCanSayWhoHasIt() throws Exception {
    // given
    presence = id -> Future.failedFuture(Failure.UNAVAILABLE.exception());
    // when
    String session = cutOff("Dora");
    // then
    assertThat(isAskedFor(session)).isTrue();
    assertThat(isAskedFor(session)).isTrue();
    assertThat(ended).isEmpty();
    // and
    presence = id -> NOBODY;
    assertThat(next(ended).session().sessionId()).isEqualTo(session);
  }

  @Test
  void whoComesBackWhileItWaitsHasItAgain() throws Exception {
    // given
    presence = id -> Future.failedFuture(Failure.UNAVAILABLE.exception());
    JsonObject tokens = http.signUp("Eve");
    String session = cutOff(tokens);
    assertThat(isAskedFor(session)).isTrue();
    // when
    JsonObject resume = new JsonObject().put("sessionId", session).put("lastSeq", 0);
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      JsonObject welcome = client.authenticate(tokens, resume);
      presence = id -> NOBODY;
      // then
      assertThat(welcome.getBoolean("resumed")).isTrue();
      assertThat(ended.poll(4, TimeUnit.SECONDS)).isNull();
      assertThat(client.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
    }
    assertThat(next(ended).reason()).isEqualTo("closed");
  }

  /** Answers the session of a new client whose connection has broken. */
  private String cutOff(String nickname) throws Exception {
    return cutOff(http.signUp(nickname));
  }

  private String cutOff(JsonObject tokens) throws Exception {
    TestClient client = new TestClient(mesh.vertx(), port);
    String session = client.authenticate(tokens, null).getString("sessionId");
    client.cut();
    client.close();
    return session;
  }

  /** Within four seconds: the session's window is two, and the next question two later. */
  private boolean isAskedFor(String session) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      if (session.equals(asked.poll(left, TimeUnit.NANOSECONDS))) {
        return true;
      }
    }
    return false;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(8, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
