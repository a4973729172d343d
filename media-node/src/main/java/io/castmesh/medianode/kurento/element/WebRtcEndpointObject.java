package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.KurentoException;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.ObjectType.PropertyKind;
import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A peer connection with a browser. Addresses of STUN and TURN servers are kept for clients that
 * set them; an ICE-lite agent needs none. Data channels are not supported. Kurento: {@code
 * WebRtcEndpoint}.
 */
final class WebRtcEndpointObject extends SdpEndpointObject {
  static final ObjectType TYPE =
      ObjectType.named("WebRtcEndpoint", "elements", WebRtcEndpointObject.class)
          .extending(EndpointTypes.BASE_RTP_ENDPOINT)
          .onAsync("gatherCandidates", (o, p) -> o.gatherCandidates())
          .on("addIceCandidate", (o, p) -> o.addIceCandidate(p.object("candidate")))
          .on("getICECandidatePairs", (o, p) -> o.reports.candidatePairs())
          .on("getIceConnectionState", (o, p) -> o.reports.iceConnections())
          .on("getDtlsConnectionState", (o, p) -> o.reports.dtlsConnections())
          .on("createDataChannel", (o, p) -> refuseDataChannels())
          .on("closeDataChannel", (o, p) -> refuseClosing(p.integer("channelId")))
          .property("networkInterfaces", PropertyKind.STRING, "")
          .property("stunServerAddress", PropertyKind.STRING, "")
          .property(
              "stunServerPort",
              PropertyKind.INTEGER,
              3478,
              (o, port) -> (int) port >= 1 && (int) port <= 65_535 ? port : null)
          .property("turnUrl", PropertyKind.STRING, "")
          .property("externalIPv4", PropertyKind.STRING, "")
          .property("externalIPv6", PropertyKind.STRING, "")
          .property("iceTcp", PropertyKind.BOOLEAN, true)
          .events(
              "IceCandidateFound",
              "IceGatheringDone",
              "IceComponentStateChanged",
              "NewCandidatePairSelected",
              "DtlsConnectionStateChange",
              "DataChannelOpened",
              "DataChannelClosed")
          .createdBy(WebRtcEndpointObject::new);

  private static final Set<String> CERTIFICATE_KEYS = Set.of("RSA", "ECDSA");

  /** What a client may ask to mark packets with; all share one socket, which marks none. */
  private static final Set<String> MARKS =
      Stream.of(
              "NO_DSCP NO_VALUE AUDIO_VERYLOW AUDIO_LOW AUDIO_MEDIUM AUDIO_HIGH VIDEO_VERYLOW",
              "VIDEO_LOW VIDEO_MEDIUM VIDEO_MEDIUM_THROUGHPUT VIDEO_HIGH VIDEO_HIGH_THROUGHPUT",
              "DATA_VERYLOW DATA_LOW DATA_MEDIUM DATA_HIGH CHROME_HIGH CHROME_MEDIUM CHROME_LOW",
              "CHROME_VERYLOW CS0 CS1 CS2 CS3 CS4 CS5 CS6 CS7 AF11 AF12 AF13 AF21 AF22 AF23 AF31",
              "AF32 AF33 AF41 AF42 AF43 EF VOICEADMIT LE")
          .flatMap(names -> Stream.of(names.split(" ")))
          .collect(Collectors.toUnmodifiableSet());

  private final WebRtcReports reports = new WebRtcReports(this);
  private final WebRtcPeer peer;
  private final Direction offeredDirection;

  private WebRtcEndpointObject(ObjectHost host, Params params) {
    super(host, TYPE, params);
    boolean receivesOnly = params.optionalBool("recvonly").orElse(false);
    boolean sendsOnly = params.optionalBool("sendonly").orElse(false);
    this.offeredDirection =
        sendsOnly ? Direction.SENDONLY : receivesOnly ? Direction.RECVONLY : Direction.SENDRECV;
    params.optionalName("certificateKeyType", "CertificateKeyType", CERTIFICATE_KEYS);
    params.optionalName("qosDscp", "DSCPValue", MARKS);
    if (params.optionalBool("useDataChannels").orElse(false)) {
      throw noDataChannels();
    }
    this.peer = host.engine().createWebRtcPeer(id(), reports);
  }

  private static KurentoException noDataChannels() {
    return KurentoError.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED.with(
        "Data channels are not supported");
  }

  private static Object refuseDataChannels() {
    throw noDataChannels();
  }

  private static Object refuseClosing(int ignored) {
    throw noDataChannels();
  }

  @Override
  WebRtcPeer peer() {
    return peer;
  }

  @Override
  Direction offeredDirection() {
    return offeredDirection;
  }

  private Future<Void> gatherCandidates() {
    return host().await(peer::gatherCandidates);
  }

  private Object addIceCandidate(JsonObject candidate) {
    Params properties = Params.properties(candidate);
    peer.addIceCandidate(
        properties.string("candidate"),
        properties.string("sdpMid"),
        properties.integer("sdpMLineIndex"));
    return null;
  }

  /** Lets the reports raise events of this endpoint. */
  void tell(String event, JsonObject data) {
    raise(event, data);
  }
}
