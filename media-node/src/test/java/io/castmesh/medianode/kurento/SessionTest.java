package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two clients and what they share. */
class SessionTest {
  private static final int NOT_FOUND = 40101;

  private final TestNode node = new TestNode(KurentoLimits.defaults());
  private RawSocket owner;
  private RawSocket guest;
  private String pipeline;

  @BeforeEach
  void connect() throws Exception {
    owner = new RawSocket(node.url());
    guest = new RawSocket(node.url());
    pipeline = owner.create("MediaPipeline", null);
    guest.invoke(pipeline, "getName", null);
  }

  @AfterEach
  void stop() {
    owner.close();
    guest.close();
    node.close();
  }

  private String endpoint() {
    return owner.create("WebRtcEndpoint", new JsonObject().put("mediaPipeline", pipeline));
  }

  private static JsonObject question(String object) {
    return RawSocket.invocation(object, "getName", null);
  }

  @Test
  void whatIsGivenBackLivesOnForThoseWhoReferToIt() {
    // given
    String endpoint = endpoint();
    // when
    owner.call("unref", new JsonObject().put("object", pipeline));
    // then
    assertThat(guest.invoke(endpoint, "getName", null)).isEqualTo(endpoint);
    // when
    guest.call("unref", new JsonObject().put("object", pipeline));
    // then
    assertThat(guest.errorOf("invoke", question(pipeline))).isEqualTo(NOT_FOUND);
    assertThat(guest.errorOf("invoke", question(endpoint))).isEqualTo(NOT_FOUND);
    assertThat(node.engine.peers).isEmpty();
  }

  @Test
  void aSessionThatEndsTakesNothingFromOthers() {
    // when
    owner.call("closeSession", new JsonObject());
    // then
    assertThat(guest.invoke(pipeline, "getName", null)).isEqualTo(pipeline);
  }

  @Test
  void aSessionThatReleasesTakesEverything() {
    // given
    String endpoint = endpoint();
    // when
    owner.call("closeSession", new JsonObject().put("release", true));
    // then
    assertThat(guest.errorOf("invoke", question(pipeline))).isEqualTo(NOT_FOUND);
    assertThat(guest.errorOf("invoke", question(endpoint))).isEqualTo(NOT_FOUND);
    assertThat(node.engine.peers).isEmpty();
  }

  @Test
  void whatOneClientSetsAnotherOneSeesInItsEvents() {
    // given
    String source = endpoint();
    String sink = endpoint();
    owner.subscribe(source, "ElementConnected");
    // when
    guest.invoke(source, "addTag", new JsonObject().put("key", "of").put("value", "ada"));
    guest.invoke(source, "setSendTagsInEvents", new JsonObject().put("sendTagsInEvents", true));
    guest.invoke(source, "connect", new JsonObject().put("sink", sink));
    // then
    JsonArray tags = owner.event("ElementConnected").getJsonArray("tags");
    assertThat(tags).hasSize(1);
    assertThat(tags.getJsonObject(0).getString("key")).isEqualTo("of");
    assertThat(tags.getJsonObject(0).getString("value")).isEqualTo("ada");
  }

  @Test
  void aServerThatEndsSaysSo() throws Exception {
    // given
    TestNode ending = new TestNode(KurentoLimits.defaults());
    try (RawSocket client = new RawSocket(ending.url())) {
      // when
      ending.close();
      // then
      assertThat(client.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1001);
    }
  }
}
