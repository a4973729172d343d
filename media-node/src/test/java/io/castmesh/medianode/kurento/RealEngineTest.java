package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kurento.client.IceCandidate;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaPipeline;
import org.kurento.client.RecorderEndpoint;
import org.kurento.client.UriEndpointState;
import org.kurento.client.WebRtcEndpoint;
import org.kurento.client.internal.server.KurentoServerException;

/** Protocol and engine together, negotiated with an offer that Chromium once made. */
class RealEngineTest {
  private final Vertx vertx = Vertx.vertx();
  @TempDir Path folder;
  private MediaNode node;
  private KurentoClient client;

  @BeforeEach
  void start() throws TimeoutException {
    node = MediaNode.start(vertx, MediaNodeConfig.LOOPBACK).await(30, TimeUnit.SECONDS);
    client = KurentoClient.create("ws://127.0.0.1:" + node.controlPort() + "/kurento");
  }

  @AfterEach
  void stop() throws TimeoutException {
    client.destroy();
    node.close().await(60, TimeUnit.SECONDS);
    vertx.close().await(60, TimeUnit.SECONDS);
  }

  @Test
  void anOfferOfChromiumIsAnsweredWithCandidates() throws Exception {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    BlockingQueue<IceCandidate> candidates = new LinkedBlockingQueue<>();
    endpoint.addIceCandidateFoundListener(event -> candidates.add(event.getCandidate()));
    // when
    String answer = endpoint.processOffer(offerOfChromium());
    endpoint.gatherCandidates();
    // then
    assertThat(answer)
        .contains("a=ice-lite", "a=fingerprint:sha-256", "VP8/90000", "opus/48000", "a=rtcp-mux");
    IceCandidate candidate = candidates.poll(60, TimeUnit.SECONDS);
    assertThat(candidate).isNotNull();
    assertThat(candidate.getCandidate()).startsWith("candidate:").contains("127.0.0.1");
    assertThat(endpoint.getStats()).as("statistics without media").isEmpty();
    assertThat(codeOf(() -> endpoint.processOffer(offerOfChromiumOrFail()))).isEqualTo(40208);
    assertThat(node.stats().peers()).isEqualTo(1);
    // when
    pipeline.release();
    // then
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (node.stats().peers() > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(node.stats().peers()).isZero();
  }

  @Test
  void boundsForReceivingAreToldToThePeer() throws Exception {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint answering = new WebRtcEndpoint.Builder(pipeline).build();
    WebRtcEndpoint offering = new WebRtcEndpoint.Builder(pipeline).build();

    // when
    answering.setMaxVideoRecvBandwidth(700);
    offering.setMaxAudioRecvBandwidth(40);

    // then
    assertThat(answering.processOffer(offerOfChromium()))
        .containsPattern("m=video [^\\r]*\\r\\nc=[^\\r]*\\r\\nb=AS:700\\r\\na=")
        .doesNotContain("b=AS:40")
        .isEqualTo(answering.getLocalSessionDescriptor());
    assertThat(offering.generateOffer())
        .containsPattern("m=audio [^\\r]*\\r\\nc=[^\\r]*\\r\\nb=AS:40\\r\\na=")
        .doesNotContain("b=AS:700");
  }

  @Test
  void garbageIsRefusedAndTheEndpointMayStillBeNegotiated() throws Exception {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    // when / then
    assertThat(codeOf(() -> endpoint.processOffer("nonsense"))).isEqualTo(40201);
    endpoint.addIceCandidate(new IceCandidate("garbage", "0", 0));
    assertThat(endpoint.processOffer(offerOfChromium())).startsWith("v=0");
  }

  @Test
  void anOfferThatSaysTheSameAgainAndAgainDisturbsNobody() throws Exception {
    // given: with an answer to each mention, the client would close its socket
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    String offer =
        offerOfChromium()
            .replaceFirst("m=video \\d+ \\S+", "$0" + " 96".repeat(900))
            .replaceFirst("a=rtpmap:96 .*", "$0\r\na=fmtp:96 x=" + "y".repeat(1_200));
    // when
    String answer = endpoint.processOffer(offer);
    // then
    assertThat(answer).contains("a=fmtp:96 x=y").hasSizeLessThan(3 * offer.length());
    assertThat(pipeline.getName()).isEqualTo(pipeline.getId());
  }

  @Test
  void aRecorderThatNothingFlowsIntoStops() {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    RecorderEndpoint recorder =
        new RecorderEndpoint.Builder(pipeline, folder.resolve("new/empty.webm").toUri().toString())
            .build();
    endpoint.connect(recorder);
    // when
    recorder.record();
    recorder.stopAndWait();
    // then
    assertThat(recorder.getState()).isEqualTo(UriEndpointState.STOP);
    recorder.release();
    pipeline.release();
  }

  @Test
  void aRecordingWhoseFolderIsBackLaterIsMadeThen() throws Exception {
    // given: a file where the folder should be
    MediaPipeline pipeline = client.createMediaPipeline();
    Path away = Files.createFile(folder.resolve("away"));
    Path file = away.resolve("live.webm");
    RecorderEndpoint recorder =
        new RecorderEndpoint.Builder(pipeline, file.toUri().toString()).build();
    BlockingQueue<String> errors = new LinkedBlockingQueue<>();
    recorder.addErrorListener(event -> errors.add(event.getDescription()));
    // when / then
    assertThat(codeOf(recorder::record)).isEqualTo(40003);
    assertThat(errors.poll(60, TimeUnit.SECONDS)).contains(file.toString());
    assertThat(recorder.getState()).isEqualTo(UriEndpointState.STOP);
    // when
    Files.delete(away);
    recorder.record();
    // then
    assertThat(recorder.getState()).isEqualTo(UriEndpointState.START);
    recorder.stopAndWait();
    assertThat(file).exists();
    assertThat(errors).isEmpty();
    assertThat(codeOf(recorder::record)).as("one recorder, one file").isEqualTo(40111);
  }

  @Test
  void recordersWriteNowhereButWhereTheyMay() throws Exception {
    // given
    MediaNodeConfig config =
        MediaNodeConfig.LOOPBACK.withRecordableFolders(List.of(folder.resolve("in")));
    MediaNode careful = MediaNode.start(vertx, config).await(30, TimeUnit.SECONDS);
    try (RawSocket socket = new RawSocket("ws://127.0.0.1:" + careful.controlPort() + "/kurento")) {
      String pipeline = socket.create("MediaPipeline", null);
      // when / then
      for (String outside : List.of("out.webm", "in/../out.webm", "in/%2e%2e/x", "inside/x")) {
        JsonObject creation =
            new JsonObject()
                .put("type", "RecorderEndpoint")
                .put("constructorParams", recorder(pipeline, outside));
        assertThat(socket.errorOf("create", creation)).as(outside).isEqualTo(40107);
      }
      String id = socket.create("RecorderEndpoint", recorder(pipeline, "in/deep/x.webm"));
      socket.invoke(id, "record", null);
      assertThat(folder.resolve("in/deep/x.webm")).exists();
    } finally {
      careful.close().await(60, TimeUnit.SECONDS);
    }
  }

  private JsonObject recorder(String pipeline, String file) {
    return new JsonObject()
        .put("mediaPipeline", pipeline)
        .put("uri", "file://" + folder + "/" + file);
  }

  private static int codeOf(Runnable call) {
    return catchThrowableOfType(KurentoServerException.class, call::run).getCode();
  }

  private static String offerOfChromiumOrFail() {
    try {
      return offerOfChromium();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String offerOfChromium() throws IOException {
    try (InputStream in =
        RealEngineTest.class.getResourceAsStream("/kurento-traces/one2many-recorded.trace")) {
      String request =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.contains("\"processOffer\""))
              .findFirst()
              .orElseThrow();
      return new JsonObject(request.substring(request.indexOf('{')))
          .getJsonObject("params")
          .getJsonObject("operationParams")
          .getString("offer");
    }
  }
}
