package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionTest {
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

  private static JsonArray with(JsonArray operations, String method, JsonObject params) {
    return operations.add(
        new JsonObject()
            .put("jsonrpc", "2.0")
            .put("id", operations.size())
            .put("method", method)
            .put("params", params));
  }

  private JsonObject creation(String type) {
    return new JsonObject()
        .put("type", type)
        .put("constructorParams", new JsonObject().put("mediaPipeline", pipeline));
  }

  private static JsonObject of(JsonArray operations) {
    return new JsonObject().put("operations", operations);
  }

  @Test
  void aThousandOperationsAreDoneAndNoMore() {
    // given
    JsonArray operations = new JsonArray();
    while (operations.size() < 1_000) {
      with(operations, "create", creation("PassThrough"));
    }
    // when
    JsonArray replies = (JsonArray) socket.value("transaction", of(operations));
    // then
    assertThat(replies).hasSize(1_000);
    assertThat(replies.getJsonObject(999).getInteger("id")).isEqualTo(999);
    assertThat((JsonArray) socket.invoke(pipeline, "getChildren", null)).hasSize(1_000);
    // when
    with(operations, "create", creation("PassThrough"));
    // then
    assertThat(socket.errorOf("transaction", of(operations))).isEqualTo(40009);
  }

  @Test
  void anOperationWaitsForTheOneBeforeAndNoneFollowsAnError() {
    // given: the answer comes later than those to the others
    JsonObject offer = new JsonObject().put("offer", "v=0\r\n");
    JsonArray operations = new JsonArray();
    with(operations, "create", creation("WebRtcEndpoint"));
    with(operations, "invoke", RawSocket.invocation("newref:0", "processOffer", offer));
    with(operations, "invoke", RawSocket.invocation("newref:0", "getLocalSessionDescriptor", null));
    with(operations, "invoke", RawSocket.invocation("newref:0", "processOffer", offer));
    with(operations, "create", creation("PassThrough"));
    // when
    JsonArray replies = (JsonArray) socket.value("transaction", of(operations));
    // then
    assertThat(replies).hasSize(4);
    assertThat(replies.getJsonObject(2).getJsonObject("result").getString("value"))
        .startsWith("v=0");
    assertThat(replies.getJsonObject(3).getJsonObject("error").getInteger("code")).isEqualTo(40208);
    assertThat((JsonArray) socket.invoke(pipeline, "getChildren", null)).hasSize(1);
  }
}
