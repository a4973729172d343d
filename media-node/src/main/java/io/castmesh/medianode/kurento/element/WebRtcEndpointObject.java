package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.ObjectType.PropertyKind;
import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A peer connection with a browser. Addresses of STUN and TURN servers are kept for clients that
 * set them; an ICE-lite agent needs none. Data channels are not supported. Kurento: {@code
 * WebRtcEndpoint}.
 */
final class WebRtcEndpointObject extends ElementObject {
  static final ObjectType TYPE =
      ObjectType.named("WebRtcEndpoint", "elements", WebRtcEndpointObject.class)
          .extending(EndpointTypes.BASE_RTP_ENDPOINT)
          .onAsync("gatherCandidates", (o, p) -> o.gatherCandidates())
          .on("addIceCandidate", (o, p) -> o.addIceCandidate(p.object("candidate")))
          .on("getICECandidatePairs", (o, p) -> o.reports.candidatePairs())
          .on("getIceConnectionState", (o, p) -> o.reports.iceConnections())
          .on("getDtlsConnectionState", (o, p) -> o.reports.dtlsConnections())
          .property("networkInterfaces", PropertyKind.STRING, "")
          .property("stunServerAddress", PropertyKind.STRING, "")
          .property("stunServerPort", PropertyKind.INTEGER, 3478)
          .property("turnUrl", PropertyKind.STRING, "")
          .property("externalIPv4", PropertyKind.STRING, "")
          .property("externalIPv6", PropertyKind.STRING, "")
          .property("iceTcp", PropertyKind.BOOLEAN, false)
          .events(
              "IceCandidateFound",
              "IceGatheringDone",
              "IceComponentStateChanged",
              "NewCandidatePairSelected",
              "DtlsConnectionStateChange",
              "DataChannelOpened",
              "DataChannelClosed")
          .createdBy(WebRtcEndpointObject::new);

  private final WebRtcReports reports = new WebRtcReports(this);
  private final WebRtcPeer peer;

  /** Media that arrives from the browser and goes out to other elements. */
  private final Set<MediaType> fromBrowser = EnumSet.noneOf(MediaType.class);

  /** Media that comes in from another element and is sent to the browser. */
  private final Set<MediaType> toBrowser = EnumSet.noneOf(MediaType.class);

  private boolean negotiating;
  private boolean offered;
  private boolean answered;
  private boolean connected;
  private boolean mediaConnected;
  private String local;
  private String remote;

  private WebRtcEndpointObject(ObjectHost host, Params params) {
    super(host, TYPE, params);
    if (params.optionalBool("useDataChannels").orElse(false)) {
      throw KurentoError.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED.with(
          "Data channels are not supported");
    }
    this.peer = host.engine().createWebRtcPeer(id(), reports);
  }

  @Override
  Optional<MediaElement> engineElement() {
    return Optional.of(peer);
  }

  @Override
  boolean flowsIn(MediaType type) {
    return toBrowser.contains(type);
  }

  @Override
  boolean flowsOut(MediaType type) {
    return fromBrowser.contains(type);
  }

  Future<String> processOffer(String offer) {
    if (offer.isEmpty()) {
      throw KurentoError.SDP_PARSE_ERROR.with("Empty offer not valid");
    }
    if (negotiating) {
      throw KurentoError.SDP_END_POINT_ALREADY_NEGOTIATED.with("Endpoint already negotiated");
    }
    negotiating = true;
    return host()
        .await(() -> peer.processOffer(offer))
        .map(answer -> started(answer, offer))
        .recover(
            cause -> {
              negotiating = false;
              return Future.failedFuture(
                  sdpError(cause, KurentoError.SDP_END_POINT_PROCESS_OFFER_ERROR));
            });
  }

  Future<String> generateOffer() {
    if (negotiating) {
      throw KurentoError.SDP_END_POINT_ALREADY_NEGOTIATED.with("Endpoint already negotiated");
    }
    negotiating = true;
    return host()
        .await(peer::generateOffer)
        .map(
            offer -> {
              offered = true;
              local = offer;
              return offer;
            })
        .onFailure(cause -> negotiating = false);
  }

  Future<String> processAnswer(String answer) {
    if (answer.isEmpty()) {
      throw KurentoError.SDP_PARSE_ERROR.with("Empty answer not valid");
    }
    if (!offered) {
      throw KurentoError.SDP_END_POINT_NOT_OFFER_GENERATED.with(
          "Offer not generated. It is not possible to process an answer.");
    }
    if (answered) {
      throw KurentoError.SDP_END_POINT_ANSWER_ALREADY_PROCCESED.with(
          "Sdp Answer already processed");
    }
    answered = true;
    return host()
        .await(() -> peer.processAnswer(answer))
        .map(own -> started(own, answer))
        .recover(
            cause -> {
              answered = false;
              return Future.failedFuture(
                  sdpError(cause, KurentoError.SDP_END_POINT_PROCESS_ANSWER_ERROR));
            });
  }

  private String started(String localDescription, String remoteDescription) {
    local = localDescription;
    remote = remoteDescription;
    raise("MediaSessionStarted", new JsonObject());
    return localDescription;
  }

  private static Throwable sdpError(Throwable cause, KurentoError otherwise) {
    if (cause instanceof SdpException) {
      return KurentoError.SDP_PARSE_ERROR.with("Invalid SDP");
    }
    if (cause instanceof IllegalStateException) {
      return KurentoError.SDP_END_POINT_ALREADY_NEGOTIATED.with("Endpoint already negotiated");
    }
    return otherwise.with("Error processing the session description");
  }

  String localDescription() {
    if (local == null) {
      throw KurentoError.SDP_END_POINT_NO_LOCAL_SDP_ERROR.with("No local SDP");
    }
    return local;
  }

  String remoteDescription() {
    if (remote == null) {
      throw KurentoError.SDP_END_POINT_NO_REMOTE_SDP_ERROR.with("No remote SDP");
    }
    return remote;
  }

  String mediaState() {
    return state(mediaConnected);
  }

  String connectionState() {
    return state(connected);
  }

  Object requestKeyframe() {
    peer.requestKeyFrame();
    return null;
  }

  private Future<Void> gatherCandidates() {
    return host().await(peer::gatherCandidates);
  }

  private Object addIceCandidate(JsonObject candidate) {
    Params params = new Params("candidate", candidate);
    peer.addIceCandidate(
        params.string("candidate"), params.string("sdpMid"), params.integer("sdpMLineIndex"));
    return null;
  }

  void onConnected(boolean nowConnected) {
    if (connected != nowConnected) {
      connected = nowConnected;
      raiseStates("ConnectionStateChanged", nowConnected);
      updateMediaState();
    }
  }

  void onFromBrowser(MediaType type, boolean flowing) {
    if (flowing ? fromBrowser.add(type) : fromBrowser.remove(type)) {
      raiseFlow("MediaFlowOutStateChanged", type, flowing);
      if (flowing) {
        raise(
            "MediaTranscodingStateChanged",
            new JsonObject()
                .put("binName", "default")
                .put("mediaType", type.name())
                .put("state", "NOT_TRANSCODING"));
      }
      updateMediaState();
      announceDownstream(type);
    }
  }

  void onToBrowser(MediaType type, boolean flowing) {
    if (flowing ? toBrowser.add(type) : toBrowser.remove(type)) {
      raiseFlow("MediaFlowInStateChanged", type, flowing);
      updateMediaState();
    }
  }

  private void updateMediaState() {
    boolean now = connected && !(fromBrowser.isEmpty() && toBrowser.isEmpty());
    if (mediaConnected != now) {
      mediaConnected = now;
      raiseStates("MediaStateChanged", now);
    }
  }

  private void raiseStates(String event, boolean now) {
    raise(event, new JsonObject().put("oldState", state(!now)).put("newState", state(now)));
  }

  private static String state(boolean connected) {
    return connected ? "CONNECTED" : "DISCONNECTED";
  }

  /** Lets the reports raise events of this endpoint. */
  void tell(String event, JsonObject data) {
    raise(event, data);
  }

  /** Brings a report of the engine to the event loop. */
  void later(Runnable report) {
    host().report(this, report);
  }
}
