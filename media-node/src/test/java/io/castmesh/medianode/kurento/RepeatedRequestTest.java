package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client says again under the same id, as after a reconnect. */
class RepeatedRequestTest {
  private final TestNode node = new TestNode(KurentoLimits.defaults());
  private RawSocket socket;
  private String pipeline;

  @BeforeEach
  void connect() throws Exception {
    socket = new RawSocket(node.url());
    pipeline = socket.create("MediaPipeline", null);
  }

  @AfterEach
  void stop() {
    socket.close();
    node.close();
  }

  private static JsonObject request(int id, String method, JsonObject params) {
    return new JsonObject()
        .put("jsonrpc", "2.0")
        .put("id", id)
        .put("method", method)
        .put("params", params);
  }

  private JsonObject creation(int id) {
    return request(
        id,
        "create",
        new JsonObject()
            .put("type", "PassThrough")
            .put("constructorParams", new JsonObject().put("mediaPipeline", pipeline)));
  }

  private static JsonObject replyTo(JsonObject request, RawSocket socket) {
    socket.send(request.encode());
    JsonObject reply =
        socket.await("a reply", m -> request.getValue("id").equals(m.getValue("id")));
    socket.received.remove(reply);
    return reply;
  }

  private JsonArray children() {
    return (JsonArray) socket.invoke(pipeline, "getChildren", null);
  }

  @Test
  void whatIsToBeDoneIsDoneOnceAndAnsweredAgain() {
    // when
    JsonObject first = replyTo(creation(7), socket);
    JsonObject second = replyTo(creation(7), socket);
    // then
    assertThat(second).isEqualTo(first);
    assertThat(children()).hasSize(1);
  }

  @Test
  void itIsDoneOnceOverAnotherSocketToo() throws Exception {
    // given
    JsonObject first = replyTo(creation(7), socket);
    String session = first.getJsonObject("result").getString("sessionId");
    socket.cut();
    socket = new RawSocket(node.url());
    // when
    socket.call("connect", new JsonObject().put("sessionId", session));
    JsonObject second = replyTo(creation(7), socket);
    // then
    assertThat(second).isEqualTo(first);
    assertThat(children()).hasSize(1);
  }

  @Test
  void whatIsStillBeingDoneIsDoneOnceToo() {
    // given
    String endpoint =
        socket.create("WebRtcEndpoint", new JsonObject().put("mediaPipeline", pipeline));
    node.engine.answers = new CompletableFuture<>();
    JsonObject offer =
        RawSocket.invocation(endpoint, "processOffer", new JsonObject().put("offer", "v=0\r\n"));
    // when
    socket.send(request(7, "invoke", offer).encode());
    socket.send(request(7, "invoke", offer).encode());
    assertThat(socket.value("ping", null)).isEqualTo("pong");
    node.engine.answers.complete(null);
    // then
    for (int i = 0; i < 2; i++) {
      JsonObject reply = socket.await("a reply", message -> RawSocket.isReply(message, 7));
      socket.received.remove(reply);
      assertThat(reply.getJsonObject("result").getString("value")).startsWith("v=0");
    }
  }

  @Test
  void aQuestionIsAnsweredAnew() {
    // given
    JsonObject question =
        request(7, "invoke", RawSocket.invocation(pipeline, "getName", new JsonObject()));
    String before = replyTo(question, socket).getJsonObject("result").getString("value");
    // when
    socket.invoke(pipeline, "setName", new JsonObject().put("name", "live"));
    // then
    assertThat(before).isEqualTo(pipeline);
    assertThat(replyTo(question, socket).getJsonObject("result").getString("value"))
        .isEqualTo("live");
  }

  @Test
  void whatATransactionMakesIsMadeByEachTransaction() {
    // given: ids that were there before
    replyTo(creation(0), socket);
    JsonObject operations = new JsonObject().put("operations", new JsonArray().add(creation(0)));
    // when
    replyTo(request(8, "transaction", operations), socket);
    replyTo(request(8, "transaction", operations), socket);
    replyTo(request(9, "transaction", operations), socket);
    // then
    assertThat(children()).hasSize(3);
  }
}
