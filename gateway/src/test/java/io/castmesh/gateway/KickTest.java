package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Presence;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** People who are sent away while none of the gateways has their session. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KickTest extends AdminStory {
  private static final String SESSION = "session-of-the-dead";

  @Test
  void aSessionThatIsOnItsWayEndsWhereItArrives() throws Exception {
    // given a session of a gateway that exists no more
    List<Clients.SessionEnded> ended = new CopyOnWriteArrayList<>();
    await(room.bus().listen(Clients.SESSION_ENDED, ended::add));
    JsonObject tokens = signUp("Ada");
    await(
        room.bus()
            .ask(
                Presence.ASSERT,
                new Presence.Assertion(
                    "gateway-dead", List.of(new Presence.Session(SESSION, user(tokens))))));

    // when
    assertThat(
            send("POST", herePort, "/api/v1/admin/people/" + id(tokens) + "/kick", admin, "{}")
                .statusCode())
        .isEqualTo(204);

    // then
    JsonObject resume = new JsonObject().put("sessionId", SESSION).put("lastSeq", 1);
    JsonObject params =
        new JsonObject().put("token", tokens.getString("accessToken")).put("resume", resume);
    try (TestClient client = new TestClient(room.vertx(), therePort)) {
      assertThat(client.failure("session.authenticate", params)).isEqualTo("KICKED");
      assertThat(client.closeCode()).isEqualTo(4410);
    }
    eventually(
        "the end of the session",
        () ->
            assertThat(ended)
                .filteredOn(one -> one.session().sessionId().equals(SESSION))
                .extracting(Clients.SessionEnded::reason)
                .containsExactly("kicked"));
    // and who comes anew comes in
    signedIn(tokens, therePort).close();
  }
}
