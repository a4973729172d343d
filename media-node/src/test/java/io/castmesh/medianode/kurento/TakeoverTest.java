package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** A client that is back on another socket before its first one is known to be dead. */
class TakeoverTest {
  private static final String MANAGER = "manager_ServerManager";

  @Test
  void whatIsAnsweredOnTheOldSocketTakesNothingFromTheNewOne() throws Exception {
    // given
    try (TestNode node = new TestNode(KurentoLimits.defaults());
        RawSocket old = new RawSocket(node.url());
        RawSocket now = new RawSocket(node.url());
        RawSocket other = new RawSocket(node.url())) {
      old.subscribe(MANAGER, "ObjectCreated");
      String session =
          old.call("invoke", RawSocket.invocation(MANAGER, "getName", null))
              .getJsonObject("result")
              .getString("sessionId");
      JsonObject slow =
          RawSocket.invocation(MANAGER, "getUsedCpu", new JsonObject().put("interval", 500));
      old.send(
          new JsonObject()
              .put("jsonrpc", "2.0")
              .put("id", 7)
              .put("method", "invoke")
              .put("params", slow)
              .encode());
      // when
      now.call("connect", new JsonObject().put("sessionId", session));
      old.await("the late reply", m -> Integer.valueOf(7).equals(m.getValue("id")));
      String pipeline = other.create("MediaPipeline", null);
      // then
      assertThat(now.event("ObjectCreated").getString("object")).isEqualTo(pipeline);
    }
  }
}
