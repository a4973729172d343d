package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.engine.MediaKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the recorded traces do not show: raw frames against the protocol's corners and bounds. */
class ProtocolTest {
  private static final String MANAGER = "manager_ServerManager";

  private final TestNode node =
      new TestNode(KurentoLimits.defaults().withMaxima(3, 20).withSessionGcMillis(100));
  private RawSocket socket;

  @BeforeEach
  void connect() throws Exception {
    socket = new RawSocket(node.url());
  }

  @AfterEach
  void stop() {
    socket.close();
    node.close();
  }

  @Test
  void unknownMethodsTypesOperationsObjectsAndEventsHaveTheirOwnCodes() {
    // given
    String pipeline = socket.create("MediaPipeline", null);
    // when / then
    assertThat(socket.errorOf("frobnicate", new JsonObject())).isEqualTo(-32601);
    assertThat(socket.errorOf("create", new JsonObject().put("type", "Mixer"))).isEqualTo(40108);
    assertThat(socket.errorOf("invoke", RawSocket.invocation(pipeline, "levitate", null)))
        .isEqualTo(40008);
    assertThat(socket.errorOf("invoke", RawSocket.invocation("nowhere", "getName", null)))
        .isEqualTo(40101);
    assertThat(
            socket.errorOf(
                "subscribe", new JsonObject().put("object", pipeline).put("type", "Sunrise")))
        .isEqualTo(40106);
  }

  @Test
  void missingAndWrongTypedParametersAreMarshallErrors() {
    // given
    String endpoint = endpoint(socket.create("MediaPipeline", null));
    // when / then
    assertThat(socket.errorOf("create", new JsonObject().put("type", "WebRtcEndpoint")))
        .isEqualTo(40001);
    assertThat(
            socket.errorOf(
                "invoke",
                RawSocket.invocation(
                    endpoint,
                    "setMaxVideoRecvBandwidth",
                    new JsonObject().put("maxVideoRecvBandwidth", "lots"))))
        .isEqualTo(40001);
    assertThat(
            socket.errorOf(
                "invoke",
                RawSocket.invocation(
                    endpoint, "isMediaFlowingIn", new JsonObject().put("mediaType", "SMELL"))))
        .isEqualTo(40001);
    assertThat(socket.errorOf("create", new JsonObject())).isEqualTo(-32000);
  }

  @Test
  void aBinaryFrameIsReadAsText() {
    // when
    socket.sendBinary("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    // then
    JsonObject reply = socket.await("pong", m -> m.getValue("id") instanceof Integer i && i == 1);
    assertThat(reply.getJsonObject("result").getString("value")).isEqualTo("pong");
  }

  @Test
  void aMessageMayComeInSeveralFrames() {
    // when
    socket.sendInParts("{\"jsonrpc\":\"2.0\",", "\"id\":1,", "\"method\":\"ping\"}");
    // then
    JsonObject reply = socket.await("pong", m -> m.getValue("id") instanceof Integer i && i == 1);
    assertThat(reply.getJsonObject("result").getString("value")).isEqualTo("pong");
  }

  @Test
  void anotherPathIsClosedAsAProtocolError() throws Exception {
    // when
    try (RawSocket lost = new RawSocket("ws://127.0.0.1:" + node.port() + "/elsewhere")) {
      // then
      assertThat(lost.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1002);
    }
  }

  @Test
  void aMessageOverTheLimitClosesItsSocketOnly() throws Exception {
    // given
    try (RawSocket other = new RawSocket(node.url())) {
      // when
      try {
        socket.send("{\"jsonrpc\":\"2.0\",\"x\":\"" + "a".repeat(2 << 20) + "\"}");
      } catch (RuntimeException cutWhileSending) {
        // The server may close before everything is written.
      }
      // then
      assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isNotNull();
      assertThat(other.value("ping", new JsonObject())).isEqualTo("pong");
    }
  }

  @Test
  void moreSocketsThanAllowedAreRefused() throws Exception {
    // given
    try (RawSocket second = new RawSocket(node.url());
        RawSocket third = new RawSocket(node.url())) {
      assertThat(third.value("ping", null)).isEqualTo("pong");
      // when / then
      assertThatThrownBy(() -> new RawSocket(node.url())).hasStackTraceContaining("503");
      assertThat(second.value("ping", null)).isEqualTo("pong");
    }
  }

  @Test
  void moreObjectsThanAllowedAreRefusedAndRoomIsMadeByReleasing() {
    // given
    String pipeline = socket.create("MediaPipeline", null);
    for (int i = 0; i < 19; i++) {
      endpoint(pipeline);
    }
    // when / then
    assertThat(socket.errorOf("create", new JsonObject().put("type", "MediaPipeline")))
        .isEqualTo(40009);
    socket.value("release", new JsonObject().put("object", pipeline));
    assertThat(socket.create("MediaPipeline", null)).isNotEqualTo(pipeline);
    assertThat(node.engine.peers).isEmpty();
  }

  @Test
  void whatIsLeftBehindByALostClientIsFreedInTheEngineToo() throws Exception {
    // given
    try (RawSocket client = new RawSocket(node.url())) {
      client.create(
          "WebRtcEndpoint",
          new JsonObject().put("mediaPipeline", client.create("MediaPipeline", null)));
      assertThat(node.engine.peers).hasSize(1);
      // when
      client.cut();
    }
    // then
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!node.engine.peers.isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(node.engine.peers).isEmpty();
  }

  @Test
  void aSecondClientThatTouchedAPipelineKeepsItAlive() throws Exception {
    // given
    String pipeline;
    try (RawSocket owner = new RawSocket(node.url())) {
      pipeline = owner.create("MediaPipeline", null);
      socket.invoke(pipeline, "getName", null);
      // when
      owner.cut();
    }
    TimeUnit.MILLISECONDS.sleep(500);
    // then
    assertThat(socket.invoke(pipeline, "getId", null)).isEqualTo(pipeline);
  }

  @Test
  void mediaPassesThroughToWhateverIsConnectedBehind() {
    // given
    String pipeline = socket.create("MediaPipeline", null);
    String presenter = endpoint(pipeline);
    String viewer = endpoint(pipeline);
    String through = socket.create("PassThrough", new JsonObject().put("mediaPipeline", pipeline));
    socket.subscribe(through, "MediaFlowInStateChanged");
    // when
    connect(through, viewer);
    assertThat(node.engine.peers.get(viewer).sources).isEmpty();
    connect(presenter, through);
    node.engine.peers.get(presenter).listener.onFlowIn(MediaKind.VIDEO, true);
    // then
    assertThat(node.engine.peers.get(viewer).sources.get(MediaKind.VIDEO))
        .isSameAs(node.engine.peers.get(presenter));
    assertThat(socket.event("MediaFlowInStateChanged").getString("state")).isEqualTo("FLOWING");
    // when
    socket.value("release", new JsonObject().put("object", through));
    // then
    assertThat(node.engine.peers.get(viewer).sources).isEmpty();
  }

  @Test
  void connectingASecondSourceReplacesTheFirstAndTellsBoth() {
    // given
    String pipeline = socket.create("MediaPipeline", null);
    String first = endpoint(pipeline);
    String second = endpoint(pipeline);
    String sink = endpoint(pipeline);
    socket.subscribe(first, "ElementConnected");
    socket.subscribe(first, "ElementDisconnected");
    connect(first, sink);
    assertThat(socket.event("ElementConnected").getString("sink")).isEqualTo(sink);
    // when
    socket.invoke(second, "connect", new JsonObject().put("sink", sink).put("mediaType", "VIDEO"));
    // then
    assertThat(socket.event("ElementDisconnected").getString("mediaType")).isEqualTo("VIDEO");
    assertThat(node.engine.peers.get(sink).sources)
        .containsEntry(MediaKind.VIDEO, node.engine.peers.get(second))
        .containsEntry(MediaKind.AUDIO, node.engine.peers.get(first));
    assertThat((JsonArray) socket.invoke(sink, "getSourceConnections", null)).hasSize(3);
  }

  @Test
  void elementsOfTwoPipelinesDoNotConnect() {
    // given
    String one = endpoint(socket.create("MediaPipeline", null));
    String other = endpoint(socket.create("MediaPipeline", null));
    // when / then
    assertThat(
            socket.errorOf(
                "invoke",
                RawSocket.invocation(one, "connect", new JsonObject().put("sink", other))))
        .isEqualTo(40004);
  }

  @Test
  void recordersTakeFilesOnlyAndTheVideoOnlyProfileTakesNoAudio() {
    // given
    String pipeline = socket.create("MediaPipeline", null);
    JsonObject file =
        new JsonObject()
            .put("mediaPipeline", pipeline)
            .put("uri", "file:///tmp/never-written.webm");
    // when / then
    assertThat(recorderError(file.copy().put("mediaProfile", "JPEG_VIDEO_ONLY"))).isEqualTo(40107);
    assertThat(recorderError(file.copy().put("uri", "http://example.org/upload"))).isEqualTo(40107);
    String source = endpoint(pipeline);
    String recorder =
        socket.create("RecorderEndpoint", file.copy().put("mediaProfile", "WEBM_VIDEO_ONLY"));
    connect(source, recorder);
    assertThat(node.engine.recorders.get(recorder).sources).containsOnlyKeys(MediaKind.VIDEO);
  }

  @Test
  void aRecorderConnectedAsASourceGivesNothing() {
    // given
    String pipeline = socket.create("MediaPipeline", null);
    String presenter = endpoint(pipeline);
    String viewer = endpoint(pipeline);
    String recorder =
        socket.create(
            "RecorderEndpoint",
            new JsonObject().put("mediaPipeline", pipeline).put("uri", "file:///tmp/x.webm"));
    connect(presenter, viewer);
    // when
    connect(recorder, viewer);
    // then
    assertThat(node.engine.peers.get(viewer).sources).isEmpty();
    assertThat((JsonArray) socket.invoke(recorder, "getSinkConnections", null)).hasSize(3);
    // when
    connect(presenter, viewer);
    // then
    assertThat(node.engine.peers.get(viewer).sources)
        .containsOnlyKeys(MediaKind.AUDIO, MediaKind.VIDEO);
    assertThat((JsonArray) socket.invoke(recorder, "getSinkConnections", null)).isEmpty();
  }

  @Test
  void aFaultOfTheRecorderReachesSubscribersOfThePipelineToo() {
    // given
    String pipeline = socket.create("MediaPipeline", null);
    String recorder =
        socket.create(
            "RecorderEndpoint",
            new JsonObject().put("mediaPipeline", pipeline).put("uri", "file:///tmp/x.webm"));
    socket.subscribe(recorder, "Error");
    socket.subscribe(pipeline, "Error");
    // when
    node.engine.recorders.get(recorder).listener.onError("The disk is full");
    // then
    assertThat(socket.event("Error").getString("description")).isEqualTo("The disk is full");
    assertThat(socket.event("Error").getString("source")).isEqualTo(pipeline);
  }

  @Test
  void describeNamesTheTypesAnObjectExtends() {
    // given
    String endpoint = endpoint(socket.create("MediaPipeline", null));
    // when
    JsonObject result =
        socket.call("describe", new JsonObject().put("object", endpoint)).getJsonObject("result");
    // then
    assertThat(result.getString("qualifiedType")).isEqualTo("kurento.WebRtcEndpoint");
    assertThat(result.getJsonArray("hierarchy"))
        .contains("kurento.BaseRtpEndpoint", "kurento.MediaElement", "kurento.MediaObject");
  }

  @Test
  void theModuleDescriptionNamesEveryOperationThatIsServed() {
    // when
    JsonObject kmd =
        new JsonObject(
            (String)
                socket.invoke(MANAGER, "getKmd", new JsonObject().put("moduleName", "elements")));
    // then
    assertThat(kmd.getJsonArray("remoteClasses").encode())
        .contains("WebRtcEndpoint", "gatherCandidates", "RecorderEndpoint", "stopAndWait");
  }

  private String endpoint(String pipeline) {
    return socket.create("WebRtcEndpoint", new JsonObject().put("mediaPipeline", pipeline));
  }

  private void connect(String source, String sink) {
    socket.invoke(source, "connect", new JsonObject().put("sink", sink));
  }

  private int recorderError(JsonObject constructorParams) {
    return socket.errorOf(
        "create",
        new JsonObject()
            .put("type", "RecorderEndpoint")
            .put("constructorParams", constructorParams));
  }
}
