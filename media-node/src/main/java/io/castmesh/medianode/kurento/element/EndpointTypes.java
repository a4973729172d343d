package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.ObjectType.PropertyKind;

/** The abstract types between an element and the endpoints. */
final class EndpointTypes {
  private EndpointTypes() {}

  static final ObjectType ENDPOINT =
      ObjectType.named("Endpoint", "core", ElementObject.class)
          .extending(ElementObject.TYPE)
          .build();

  static final ObjectType SESSION_ENDPOINT =
      ObjectType.named("SessionEndpoint", "core", WebRtcEndpointObject.class)
          .extending(ENDPOINT)
          .events("MediaSessionStarted", "MediaSessionTerminated")
          .build();

  /**
   * Negotiation by SDP. Bandwidths (kbit/s, 0: no bound) are kept and reported; the engine's own
   * estimate decides what a browser sends.
   */
  static final ObjectType SDP_ENDPOINT =
      ObjectType.named("SdpEndpoint", "core", WebRtcEndpointObject.class)
          .extending(SESSION_ENDPOINT)
          .onAsync("processOffer", (o, p) -> o.processOffer(p.string("offer")))
          .onAsync("generateOffer", (o, p) -> o.generateOffer())
          .onAsync("processAnswer", (o, p) -> o.processAnswer(p.string("answer")))
          .on("getLocalSessionDescriptor", (o, p) -> o.localDescription())
          .on("getRemoteSessionDescriptor", (o, p) -> o.remoteDescription())
          .property("maxAudioRecvBandwidth", PropertyKind.INTEGER, 0)
          .property("maxVideoRecvBandwidth", PropertyKind.INTEGER, 0)
          .build();

  /** RTP with feedback. */
  static final ObjectType BASE_RTP_ENDPOINT =
      ObjectType.named("BaseRtpEndpoint", "core", WebRtcEndpointObject.class)
          .extending(SDP_ENDPOINT)
          .property("minVideoRecvBandwidth", PropertyKind.INTEGER, 0)
          .property("minVideoSendBandwidth", PropertyKind.INTEGER, 100)
          .property("maxVideoSendBandwidth", PropertyKind.INTEGER, 500)
          .property("mtu", PropertyKind.INTEGER, 1200)
          .on("getMediaState", (o, p) -> o.mediaState())
          .on("getConnectionState", (o, p) -> o.connectionState())
          .on("requestKeyframe", (o, p) -> o.requestKeyframe())
          .events("MediaStateChanged", "ConnectionStateChanged")
          .build();
}
