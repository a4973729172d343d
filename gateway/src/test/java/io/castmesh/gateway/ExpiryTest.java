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
  private final BlockingQueue<Clients.SessionEnded> ended = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private Mesh mesh;
  private int port;
  private TestHttp http;
  private volatile Function<String, Future<Holders>> presence = this::here;

  /** room-service is not part of this module: the test says who holds a session. */
  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    mesh.bus()
        .serve(
            Presence.ASSERT,
            q -> Future.succeededFuture(Presence.Asserted.losing(List.<String>of())));
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
    presence = this::here;
    // when
    String session = cutOff("Ada");
    // then
    assertThat(next(ended).session().sessionId()).isEqualTo(session);
  }

  /** As after a hang, or a network split: the other gateway could not ask this one for it. */
  @Test
  void whatAnotherGatewayHasTakenOverIsNotEndedHere() throws Exception {
    // given
    JsonObject tokens = http.signUp("Cleo");
    String user = tokens.getJsonObject("user").getString("id");
    presence =
        id ->
            Future.succeededFuture(new Holders(List.of(new Holder(id, "gateway-other", user, 1))));
    // when
    String session = cutOff(tokens);
    // then
    assertThat(isAskedFor(session, 60)).isTrue();
    assertThat(isAskedFor(session, 4)).isFalse();
    assertThat(ended).isEmpty();
    // and it has been forgotten: who comes back is fetched from there, without what was missed
    try (TestClient client = new TestClient(mesh.vertx(), port)) {
      JsonObject welcome = client.authenticate(tokens, resume(session));
      assertThat(welcome.getBoolean("resumed")).isFalse();
      assertThat(welcome.getString("sessionId")).isEqualTo(session);
    }
    assertThat(next(ended).reason()).isEqualTo("closed");
  }

  @Test
  void itWaitsAsLongAsNobodyCanSayWhoHasIt() throws Exception {
    // given
    presence = ExpiryTest::unknown;
    // when
    String session = cutOff("Dora");
    // then
    assertThat(isAskedFor(session, 60)).isTrue();
    assertThat(isAskedFor(session, 60)).isTrue();
    assertThat(ended).isEmpty();
    // and
    presence = this::here;
    assertThat(next(ended).session().sessionId()).isEqualTo(session);
  }

  /** Redis has come back empty: who holds it may not have said so again. */
  @Test
  void itWaitsWhenPresenceHasForgottenWhoHoldsIt() throws Exception {
    // given
    presence = ExpiryTest::nobody;
    // when
    String session = cutOff("Finn");
    // then
    assertThat(isAskedFor(session, 60)).isTrue();
    assertThat(isAskedFor(session, 4)).isFalse();
    assertThat(ended).isEmpty();
    // and when it still has not been said
    assertThat(next(ended).session().sessionId()).isEqualTo(session);
  }

  @Test
  void whoComesBackWhileItWaitsHasItAgainForAllOfItsTime() throws Exception {
    // given
    presence = ExpiryTest::unknown;
    JsonObject tokens = http.signUp("Eve");
    String session = cutOff(tokens);
    assertThat(isAskedFor(session, 60)).isTrue();
    // when
    TestClient client = new TestClient(mesh.vertx(), port);
    assertThat(client.authenticate(tokens, resume(session)).getBoolean("resumed")).isTrue();
    client.cut();
    client.close();
    long cut = System.nanoTime();
    presence = this::here;
    // then
    assertThat(next(ended).session().sessionId()).isEqualTo(session);
    assertThat(System.nanoTime() - cut).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_900));
  }

  private static JsonObject resume(String session) {
    return new JsonObject().put("sessionId", session).put("lastSeq", 0);
  }

  private Future<Holders> here(String session) {
    return Future.succeededFuture(Gateways.holdersOf(List.of(session), mesh.node(), 0));
  }

  private static Future<Holders> nobody(String session) {
    return Future.succeededFuture(new Holders(List.of()));
  }

  private static Future<Holders> unknown(String session) {
    return Future.failedFuture(Failure.UNAVAILABLE.exception());
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

  /** The session's window is two seconds, and the next question two later. */
  private boolean isAskedFor(String session, int withinSeconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(withinSeconds);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      if (session.equals(asked.poll(left, TimeUnit.NANOSECONDS))) {
        return true;
      }
    }
    return false;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(60, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
