package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.kurento.object.KurentoCounts.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator sees of the protocol. */
class CountsTest {
  private static final KurentoLimits LIMITS =
      new KurentoLimits(
          2, 1 << 20, 2, 2, 1, 256, 8 << 20, 240_000, 20_000, 50_000, 30_000, 600_000);

  private final TestNode node = new TestNode(LIMITS);
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

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private void counted(Refusal... refusals) {
    for (Refusal why : Refusal.values()) {
      long expected = Arrays.stream(refusals).filter(why::equals).count();
      assertThat(node.counts().of(why)).as(why.name()).isEqualTo(expected);
    }
  }

  @Test
  void whatIsThereIsCountedAndWhatWasIsNot() throws Exception {
    // given
    RawSocket second = new RawSocket(node.url());
    // when
    second.invoke(pipeline, "getName", null);
    // then
    assertThat(node.counts().sockets()).isEqualTo(2);
    assertThat(node.counts().sessions()).isEqualTo(2);
    assertThat(node.counts().objects()).isEqualTo(1);
    // when
    second.call("closeSession", new JsonObject());
    socket.value("release", new JsonObject().put("object", pipeline));
    second.close();
    // then
    assertThat(node.counts().sessions()).isEqualTo(1);
    assertThat(node.counts().objects()).isZero();
    await("one socket", () -> node.counts().sockets() == 1);
    counted();
  }

  @Test
  void whatIsRefusedIsCountedByItsReason() throws Exception {
    // given
    JsonObject element =
        new JsonObject()
            .put("type", "PassThrough")
            .put("constructorParams", new JsonObject().put("mediaPipeline", pipeline));
    socket.value("create", element);
    socket.subscribe(pipeline, "Error");
    // when
    socket.errorOf("create", element);
    socket.errorOf("subscribe", new JsonObject().put("object", pipeline).put("type", "Error"));
    assertThatThrownBy(() -> new RawSocket(node.url(), "https://www.example.org")).isNotNull();
    // then
    counted(Refusal.OBJECTS, Refusal.SUBSCRIPTIONS, Refusal.ORIGIN);
  }

  @Test
  void socketsAndSessionsThatAreRefusedAreCounted() throws Exception {
    // given
    try (RawSocket second = new RawSocket(node.url())) {
      second.invoke(pipeline, "getName", new JsonObject());
      // when
      assertThatThrownBy(() -> new RawSocket(node.url())).isNotNull();
      second.errorOf(
          "invoke", RawSocket.invocation(pipeline, "getName", null).put("sessionId", "third"));
      // then
      counted(Refusal.SOCKETS, Refusal.SESSIONS);
    }
  }

  @Test
  void socketsThatAreClosedAreCountedByTheReason() throws Exception {
    // when
    try (RawSocket broken = new RawSocket(node.url())) {
      broken.send("{");
      assertThat(broken.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1007);
    }
    await("room", () -> node.counts().sockets() == 1);
    try (RawSocket large = new RawSocket(node.url())) {
      large.sendInParts("\"" + "a".repeat(600_000), "a".repeat(600_000) + "\"");
      assertThat(large.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1009);
    }
    // then
    counted(Refusal.BROKEN, Refusal.LARGE);
  }
}
