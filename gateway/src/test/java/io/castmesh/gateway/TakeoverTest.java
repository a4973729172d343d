package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestCluster;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that come to another gateway than the one that they came from. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakeoverTest {
  private final List<Clients.SessionEnded> ended = new CopyOnWriteArrayList<>();
  private TestMesh test;
  private TestCluster cluster;
  private Mesh room;
  private Mesh here;
  private int herePort;
  private Mesh there;
  private int therePort;

  @BeforeAll
  void start(TestMesh mesh) {
    test = mesh;
    cluster = mesh.cluster();
    room = cluster.join("room");
    cluster.deploy(room, new RoomVerticle(room, RoomConfig.read(mesh.settings(Map.of()))));
    room.bus().listen(Clients.SESSION_ENDED, ended::add);
    here = cluster.join("gateway");
    herePort = gateway(here);
    there = cluster.join("gateway");
    therePort = gateway(there);
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  private int gateway(Mesh mesh) {
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    cluster.deploy(mesh, gateway);
    return Gateways.port(gateway);
  }

  @Test
  void whatWasMissedIsFetchedFromTheOtherGatewayInOrderAndOnce() throws Exception {
    // given
    JsonObject tokens = http().signUp("Ada");
    TestClient first = new TestClient(room.vertx(), herePort);
    JsonObject welcome = first.authenticate(tokens, null);
    SessionRef session = new SessionRef(welcome.getString("sessionId"), here.node());
    send(session, 1);
    assertThat(number(first.event())).isEqualTo(1);

    // when its socket breaks, events go on, and it comes to the other gateway
    first.cut();
    first.close();
    send(session, 2);
    send(session, 3);
    try (TestClient second = new TestClient(room.vertx(), therePort)) {
      JsonObject back = second.authenticate(tokens, resume(session, 1));

      // then
      assertThat(back.getBoolean("resumed")).isTrue();
      assertThat(back.getString("sessionId")).isEqualTo(session.sessionId());
      assertThat(number(second.event())).isEqualTo(2);
      assertThat(number(second.event())).isEqualTo(3);
      // and those who have the old address of it reach it all the same
      send(session, 4);
      JsonObject next = second.event();
      assertThat(number(next)).isEqualTo(4);
      assertThat(next.getJsonObject("params").getInteger("seq")).isEqualTo(4);
      assertThat(second.quiet()).isTrue();
      assertThat(ended).noneMatch(e -> e.session().sessionId().equals(session.sessionId()));
    }
  }

  @Test
  void whenTheOtherGatewayIsDeadTheSessionGoesOnWithoutItsEvents() throws Exception {
    // given a session of a gateway that exists no more
    JsonObject tokens = http().signUp("Bea");
    JsonObject user = tokens.getJsonObject("user");
    User bea = new User(user.getString("id"), user.getString("nickname"), user.getString("avatar"));
    SessionRef session = new SessionRef("session-of-the-dead", "gateway-dead");
    await(
        room.bus()
            .ask(
                Presence.ASSERT,
                new Presence.Assertion(
                    session.node(), List.of(new Presence.Session(session.sessionId(), bea)))));

    try (TestClient client = new TestClient(room.vertx(), therePort)) {
      // when
      JsonObject welcome = client.authenticate(tokens, resume(session, 17));

      // then
      assertThat(welcome.getBoolean("resumed")).isFalse();
      assertThat(welcome.getString("sessionId")).isEqualTo(session.sessionId());
      send(session, 1);
      JsonObject event = client.event();
      assertThat(event.getJsonObject("params").getInteger("seq")).isEqualTo(1);
    }
  }

  @Test
  void somebodyElsesSessionIsNotHandedOver() throws Exception {
    // given
    JsonObject cleo = http().signUp("Cleo");
    JsonObject dora = http().signUp("Dora");
    try (TestClient owner = new TestClient(room.vertx(), herePort);
        TestClient thief = new TestClient(room.vertx(), therePort)) {
      JsonObject welcome = owner.authenticate(cleo, null);
      SessionRef session = new SessionRef(welcome.getString("sessionId"), here.node());

      // when
      JsonObject other = thief.authenticate(dora, resume(session, 0));

      // then
      assertThat(other.getString("sessionId")).isNotEqualTo(session.sessionId());
      send(session, 5);
      assertThat(number(owner.event())).isEqualTo(5);
      assertThat(thief.quiet()).isTrue();
    }
  }

  @Test
  void aGatewayThatDrainsSendsItsClientsElsewhereAndLosesNothing() throws Exception {
    // given a third gateway with two clients
    Mesh leaving = cluster.join("gateway");
    int port = gateway(leaving);
    cluster.ready(leaving);
    JsonObject tokens = http().signUp("Eve");
    TestClient client = new TestClient(room.vertx(), port);
    SessionRef session =
        new SessionRef(client.authenticate(tokens, null).getString("sessionId"), leaving.node());
    send(session, 1);
    assertThat(number(client.event())).isEqualTo(1);

    // when
    Thread drain = new Thread(() -> cluster.leave(leaving));
    drain.start();

    // then it is told, closed with the code that says come back, and finds everything elsewhere
    JsonObject news = client.event();
    assertThat(news.getString("method")).isEqualTo("server.draining");
    assertThat(client.closeCode()).isEqualTo(4503);
    client.close();
    send(session, 2);
    try (TestClient back = new TestClient(room.vertx(), therePort)) {
      int seen = news.getJsonObject("params").getInteger("seq");
      JsonObject welcome = back.authenticate(tokens, resume(session, seen));
      assertThat(welcome.getBoolean("resumed")).isTrue();
      assertThat(number(back.event())).isEqualTo(2);
      drain.join();
      eventually(
          "the other gateways know that it has gone",
          () -> assertThat(room.peers().isAlive(leaving.node())).isFalse());
      send(session, 3);
      assertThat(number(back.event())).isEqualTo(3);
    }
    assertThat(ended).noneMatch(e -> e.session().sessionId().equals(session.sessionId()));
  }

  private TestHttp http() {
    return new TestHttp(herePort);
  }

  private void send(SessionRef session, int n) {
    room.clients().toSession(session, "test.event", Map.of("n", n));
  }

  private static int number(JsonObject event) {
    return event.getJsonObject("params").getInteger("n");
  }

  private static JsonObject resume(SessionRef session, int lastSeq) {
    return new JsonObject().put("sessionId", session.sessionId()).put("lastSeq", lastSeq);
  }
}
