package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.WebRtcPeer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kurento.client.ConnectionState;
import org.kurento.client.EndpointStats;
import org.kurento.client.Event;
import org.kurento.client.IceCandidate;
import org.kurento.client.IceCandidateFoundEvent;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaFlowOutStateChangedEvent;
import org.kurento.client.MediaFlowState;
import org.kurento.client.MediaPipeline;
import org.kurento.client.MediaProfileSpecType;
import org.kurento.client.MediaType;
import org.kurento.client.ModuleInfo;
import org.kurento.client.NewCandidatePairSelectedEvent;
import org.kurento.client.PassThrough;
import org.kurento.client.RTCInboundRTPStreamStats;
import org.kurento.client.RTCOutboundRTPStreamStats;
import org.kurento.client.RecorderEndpoint;
import org.kurento.client.RecordingEvent;
import org.kurento.client.ServerManager;
import org.kurento.client.Stats;
import org.kurento.client.StoppedEvent;
import org.kurento.client.TFuture;
import org.kurento.client.Transaction;
import org.kurento.client.UriEndpointState;
import org.kurento.client.WebRtcEndpoint;
import org.kurento.client.internal.server.KurentoServerException;

/** Kurento's own client drives the node and understands what it says. */
class KurentoClientTest {
  private static final String OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

  private final TestNode node = new TestNode(KurentoLimits.defaults());
  private final KurentoClient client = KurentoClient.create(node.url());
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    client.destroy();
    node.close();
  }

  @Test
  void anEndpointIsNegotiatedAndItsEventsAreUnderstood() throws Exception {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    endpoint.addIceCandidateFoundListener(events::add);
    endpoint.addIceGatheringDoneListener(events::add);
    endpoint.addIceComponentStateChangedListener(events::add);
    endpoint.addNewCandidatePairSelectedListener(events::add);
    endpoint.addDtlsConnectionStateChangeListener(events::add);
    endpoint.addConnectionStateChangedListener(events::add);
    endpoint.addMediaStateChangedListener(events::add);
    endpoint.addMediaFlowInStateChangedListener(events::add);
    endpoint.addMediaFlowOutStateChangedListener(events::add);
    endpoint.addElementConnectedListener(events::add);
    endpoint.addErrorListener(events::add);
    // when
    endpoint.connect(endpoint);
    String answer = endpoint.processOffer(OFFER);
    endpoint.gatherCandidates();
    endpoint.addIceCandidate(new IceCandidate("candidate:1 1 udp 1 127.0.0.1 9 typ host", "0", 0));
    MemoryEngine.Peer peer = node.engine.peers.get(endpoint.getId());
    peer.listener.onCandidatePair("candidate:1", "candidate:2");
    peer.listener.onDtlsState(WebRtcPeer.DtlsState.CONNECTED);
    peer.listener.onConnected(true);
    peer.listener.onFlowIn(MediaKind.VIDEO, true);
    peer.listener.onFlowOut(MediaKind.VIDEO, true);
    peer.listener.onError("something broke");
    // then
    assertThat(answer).startsWith("v=0");
    assertThat(endpoint.getLocalSessionDescriptor()).isEqualTo(answer);
    assertThat(peer.lastCandidate).contains("127.0.0.1 9");
    assertThat(event(IceCandidateFoundEvent.class).getCandidate().getCandidate())
        .startsWith("candidate:");
    assertThat(event(NewCandidatePairSelectedEvent.class).getCandidatePair().getRemoteCandidate())
        .isEqualTo("candidate:2");
    MediaFlowOutStateChangedEvent flow = event(MediaFlowOutStateChangedEvent.class);
    assertThat(flow.getState()).isEqualTo(MediaFlowState.FLOWING);
    assertThat(flow.getMediaType()).isEqualTo(MediaType.VIDEO);
    assertThat(endpoint.isMediaFlowingOut(MediaType.VIDEO)).isTrue();
    assertThat(endpoint.getConnectionState()).isEqualTo(ConnectionState.CONNECTED);
    assertThat(endpoint.getICECandidatePairs()).hasSize(1);
    List<String> types =
        List.of(
            "IceGatheringDone",
            "IceComponentStateChanged",
            "DtlsConnectionStateChange",
            "ConnectionStateChanged",
            "MediaStateChanged",
            "MediaFlowInStateChanged",
            "ElementConnected",
            "UNEXPECTED_ELEMENT_ERROR");
    types.forEach(this::awaitType);
  }

  @Test
  void propertiesTagsAndNamesAreKept() {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    // when
    pipeline.setName("live");
    pipeline.addTag("owner", "castmesh");
    endpoint.setMaxVideoRecvBandwidth(2000);
    endpoint.setMinVideoSendBandwidth(300);
    endpoint.setStunServerAddress("192.0.2.7");
    // then
    assertThat(pipeline.getName()).isEqualTo("live");
    assertThat(pipeline.getTag("owner")).isEqualTo("castmesh");
    assertThat(pipeline.getTags())
        .singleElement()
        .satisfies(t -> assertThat(t.getKey()).isEqualTo("owner"));
    assertThat(endpoint.getMaxVideoRecvBandwidth()).isEqualTo(2000);
    assertThat(endpoint.getMinVideoSendBandwidth()).isEqualTo(300);
    assertThat(endpoint.getStunServerAddress()).isEqualTo("192.0.2.7");
    assertThat(endpoint.getIceTcp()).isTrue();
    assertThat(pipeline.getChildren()).hasSize(1);
    assertThat(endpoint.getMediaPipeline().getId()).isEqualTo(pipeline.getId());
    assertThat(client.getServerManager().getPipelines())
        .singleElement()
        .satisfies(p -> assertThat(p.getId()).isEqualTo(pipeline.getId()));
  }

  @Test
  void theModulesThatTheJavaScriptClientWantsAreThere() {
    // when
    ServerManager manager = client.getServerManager();
    // then
    assertThat(manager.getInfo().getModules())
        .extracting(ModuleInfo::getName)
        .containsExactly("core", "elements", "filters");
    assertThat(manager.getKmd("filters")).contains("\"remoteClasses\":[]");
    assertThat(codeOf(() -> manager.getKmd("chroma"))).isEqualTo(40500);
  }

  @Test
  void aRecorderReportsItsStates() throws Exception {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    RecorderEndpoint recorder =
        new RecorderEndpoint.Builder(pipeline, "file:///tmp/castmesh-test/a%20b.webm")
            .withMediaProfile(MediaProfileSpecType.WEBM)
            .build();
    recorder.addRecordingListener(events::add);
    recorder.addStoppedListener(events::add);
    endpoint.connect(recorder);
    // when
    recorder.record();
    event(RecordingEvent.class);
    // then
    assertThat(recorder.getState()).isEqualTo(UriEndpointState.START);
    assertThat(node.engine.recorders.get(recorder.getId()).file)
        .hasToString("/tmp/castmesh-test/a b.webm");
    // when
    recorder.stopAndWait();
    event(StoppedEvent.class);
    // then
    assertThat(recorder.getState()).isEqualTo(UriEndpointState.STOP);
    assertThat(recorder.getUri()).isEqualTo("file:///tmp/castmesh-test/a%20b.webm");
  }

  @Test
  void statisticsAreReadAsKurentosOwnClasses() {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    ElementStats.Stream in =
        new ElementStats.Stream(
            MediaKind.VIDEO, 4_000_000_000L, 90, 9000, 10, 0.25, 0, 1, 2, 3, 700);
    ElementStats.Stream out =
        new ElementStats.Stream(MediaKind.AUDIO, 22, 50, 5000, 0, 0, 0.05, 0, 0, 0, 0);
    node.engine.peers.get(endpoint.getId()).stats =
        new ElementStats(1_795_241_741_212L, List.of(in), List.of(out));
    // when
    Map<String, Stats> all = endpoint.getStats();
    Map<String, Stats> audio = endpoint.getStats(MediaType.AUDIO);
    // then
    RTCInboundRTPStreamStats inbound =
        all.values().stream()
            .filter(RTCInboundRTPStreamStats.class::isInstance)
            .map(RTCInboundRTPStreamStats.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(inbound.getSsrc()).isEqualTo("4000000000");
    assertThat(inbound.getPacketsReceived()).isEqualTo(90);
    assertThat(inbound.getPacketsLost()).isEqualTo(10);
    assertThat(inbound.getFractionLost()).isEqualTo(0.1);
    assertThat(inbound.getJitter()).isEqualTo(0.25);
    assertThat(inbound.getTimestampMillis()).isEqualTo(1_795_241_741_212L);
    assertThat(audio.values()).hasAtLeastOneElementOfType(RTCOutboundRTPStreamStats.class);
    assertThat(audio.values()).doesNotHaveAnyElementsOfTypes(RTCInboundRTPStreamStats.class);
    assertThat(all.get(endpoint.getId())).isInstanceOf(EndpointStats.class);
  }

  @Test
  void aReplyThatIsTooLongForOneFrameArrivesInSeveral() {
    // given: Kurento's client takes a million bytes in one
    MediaPipeline pipeline = client.createMediaPipeline();
    String text = "ä€😀".repeat(1_500);
    for (int i = 0; i < 100; i++) {
      pipeline.addTag("tag" + i, text);
    }
    // when / then
    assertThat(pipeline.getTags())
        .hasSize(100)
        .allSatisfy(tag -> assertThat(tag.getValue()).isEqualTo(text));
    assertThat(pipeline.getName()).isEqualTo(pipeline.getId());
  }

  @Test
  void errorsCarryKurentosCodes() {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    // when / then
    assertThat(codeOf(() -> endpoint.processOffer("nonsense"))).isEqualTo(40201);
    endpoint.processOffer(OFFER);
    assertThat(codeOf(() -> endpoint.processOffer(OFFER))).isEqualTo(40208);
    assertThat(codeOf(() -> endpoint.processAnswer(OFFER))).isEqualTo(40209);
    assertThat(codeOf(() -> pipeline.getTag("none"))).isEqualTo(40110);
    pipeline.release();
    assertThat(codeOf(endpoint::getName)).isEqualTo(40101);
  }

  @Test
  void theNodeOffersAndTakesTheAnswer() {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    // when
    String offer = endpoint.generateOffer();
    endpoint.processAnswer(OFFER);
    // then
    assertThat(offer).startsWith("v=0");
    assertThat(endpoint.getRemoteSessionDescriptor()).isEqualTo(OFFER);
    assertThat(codeOf(() -> endpoint.processAnswer(OFFER))).isEqualTo(40210);
  }

  @Test
  void aTransactionMakesAndConnectsInOneMessage() throws Exception {
    // given
    Transaction transaction = client.beginTransaction();
    MediaPipeline pipeline = client.createMediaPipeline(transaction);
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build(transaction);
    PassThrough through = new PassThrough.Builder(pipeline).build(transaction);
    endpoint.connect(transaction, through);
    TFuture<String> name = endpoint.getName(transaction);
    // when
    transaction.commit();
    // then
    assertThat(name.get()).isEqualTo(endpoint.getId());
    assertThat(endpoint.getSinkConnections()).hasSize(3);
  }

  @Test
  void aSecondClientAdoptsAPipelineByItsId() {
    // given
    MediaPipeline pipeline = client.createMediaPipeline();
    WebRtcEndpoint endpoint = new WebRtcEndpoint.Builder(pipeline).build();
    KurentoClient second = KurentoClient.create(node.url());
    // when
    WebRtcEndpoint adopted = second.getById(endpoint.getId(), WebRtcEndpoint.class);
    adopted.setName("adopted");
    // then
    assertThat(endpoint.getName()).isEqualTo("adopted");
    second.destroy();
  }

  private static int codeOf(Runnable call) {
    return catchThrowableOfType(KurentoServerException.class, call::run).getCode();
  }

  private <E extends Event> E event(Class<E> type) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      for (Event event : events) {
        if (type.isInstance(event)) {
          return type.cast(event);
        }
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    throw new AssertionError("No " + type.getSimpleName() + " among " + events);
  }

  private void awaitType(String type) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (events.stream().noneMatch(e -> type.equals(typeOf(e)))) {
      assertThat(System.nanoTime()).as("waiting for %s in %s", type, events).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static String typeOf(Event event) {
    return event instanceof org.kurento.client.MediaEvent media
        ? media.getType()
        : event instanceof org.kurento.client.ErrorEvent error ? error.getType() : "";
  }
}
