package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.kurento.object.KurentoCounts.Refusal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one client may have is bounded, and costs nobody else anything. */
class BoundsTest {
  private static final int SESSIONS = 3;
  private static final int SUBSCRIPTIONS = 4;
  private static final int IN_FLIGHT = 4;
  private static final int NOT_ENOUGH_RESOURCES = 40009;

  private static KurentoLimits limits(int operationTimeoutMillis) {
    return new KurentoLimits(
        256,
        1 << 20,
        50_000,
        SESSIONS,
        SUBSCRIPTIONS,
        IN_FLIGHT,
        1 << 20,
        240_000,
        20_000,
        50_000,
        operationTimeoutMillis,
        600_000);
  }

  private final TestNode node = new TestNode(limits(30_000));
  private RawSocket socket;
  private RawSocket other;
  private String pipeline;

  @BeforeEach
  void connect() throws Exception {
    socket = new RawSocket(node.url());
    other = new RawSocket(node.url());
    pipeline = socket.create("MediaPipeline", null);
  }

  @AfterEach
  void stop() {
    socket.close();
    other.close();
    node.close();
  }

  private String endpoint() {
    return socket.create("WebRtcEndpoint", new JsonObject().put("mediaPipeline", pipeline));
  }

  private static JsonObject offerTo(String endpoint) {
    return RawSocket.invocation(endpoint, "processOffer", new JsonObject().put("offer", "v=0\r\n"));
  }

  private static JsonObject tag(String pipeline, int number, String value) {
    return RawSocket.invocation(
        pipeline, "addTag", new JsonObject().put("key", "tag" + number).put("value", value));
  }

  @Test
  void whoReadsTooSlowlyIsClosed() throws Exception {
    // given: more than a system keeps for a socket, and the bound
    for (int i = 0; i < 9; i++) {
      socket.value("invoke", tag(pipeline, i, "x".repeat(100_000)));
    }
    // when
    socket.deafen();
    for (int i = 0; i < 40; i++) {
      socket.ask("invoke", RawSocket.invocation(pipeline, "getTags", null));
    }
    assertThat(other.value("ping", null)).isEqualTo("pong");
    socket.hear();
    // then
    assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1013);
    assertThat(node.counts().of(Refusal.SLOW)).isEqualTo(1);
    assertThat(other.value("ping", null)).isEqualTo("pong");
  }

  @Test
  void whoHasManyUnansweredRequestsIsReadAgainWhenTheyAreAnswered() {
    // given
    List<String> endpoints = new ArrayList<>();
    for (int i = 0; i < IN_FLIGHT; i++) {
      endpoints.add(endpoint());
    }
    node.engine.answers = new CompletableFuture<>();
    // when
    List<Integer> asked = new ArrayList<>();
    endpoints.forEach(endpoint -> asked.add(socket.ask("invoke", offerTo(endpoint))));
    int ping = socket.ask("ping", null);
    for (int i = 0; i < 20; i++) {
      assertThat(other.value("ping", null)).isEqualTo("pong");
    }
    // then
    assertThat(socket.received).noneMatch(message -> RawSocket.isReply(message, ping));
    // when
    node.engine.answers.complete(null);
    // then
    asked.forEach(id -> socket.await("an answer", message -> RawSocket.isReply(message, id)));
    socket.await("pong", message -> RawSocket.isReply(message, ping));
  }

  @Test
  void anEngineThatDoesNotAnswerIsNotWaitedForForEver() throws Exception {
    // given
    try (TestNode impatient = new TestNode(limits(500));
        RawSocket client = new RawSocket(impatient.url())) {
      String endpoint =
          client.create(
              "WebRtcEndpoint",
              new JsonObject().put("mediaPipeline", client.create("MediaPipeline", null)));
      impatient.engine.answers = new CompletableFuture<>();
      // when
      int code = client.errorOf("invoke", offerTo(endpoint));
      // then
      assertThat(code).isEqualTo(40205);
      assertThat(client.invoke(endpoint, "getName", null)).isEqualTo(endpoint);
    }
  }

  @Test
  void moreSessionsAreRefusedUntilOneEnds() throws Exception {
    // given
    try (RawSocket third = new RawSocket(node.url());
        RawSocket fourth = new RawSocket(node.url())) {
      other.create("MediaPipeline", null);
      third.create("MediaPipeline", null);
      JsonObject creation = new JsonObject().put("type", "MediaPipeline");
      // when / then
      assertThat(fourth.errorOf("create", creation)).isEqualTo(NOT_ENOUGH_RESOURCES);
      third.call("closeSession", new JsonObject());
      assertThat(fourth.create("MediaPipeline", null)).isNotEmpty();
      assertThat(socket.invoke(pipeline, "getName", null)).isEqualTo(pipeline);
    }
  }

  @Test
  void moreSubscriptionsAreRefusedUntilOneEnds() {
    // given
    JsonObject error = new JsonObject().put("object", pipeline).put("type", "Error");
    String first = (String) socket.value("subscribe", error);
    for (int i = 1; i < SUBSCRIPTIONS; i++) {
      socket.subscribe(pipeline, "Error");
    }
    // when / then
    assertThat(socket.errorOf("subscribe", error)).isEqualTo(NOT_ENOUGH_RESOURCES);
    socket.value(
        "unsubscribe", new JsonObject().put("object", pipeline).put("subscription", first));
    socket.subscribe(pipeline, "Error");
    assertThat(socket.errorOf("subscribe", error)).isEqualTo(NOT_ENOUGH_RESOURCES);
  }

  @Test
  void anObjectHasAHundredTags() {
    // given
    for (int i = 0; i < 100; i++) {
      socket.value("invoke", tag(pipeline, i, "before"));
    }
    // when / then
    assertThat(socket.errorOf("invoke", tag(pipeline, 100, "new"))).isEqualTo(NOT_ENOUGH_RESOURCES);
    socket.value("invoke", tag(pipeline, 7, "after"));
    socket.invoke(pipeline, "removeTag", new JsonObject().put("key", "tag8"));
    socket.value("invoke", tag(pipeline, 100, "new"));
    assertThat((JsonArray) socket.invoke(pipeline, "getTags", null)).hasSize(100);
  }
}
