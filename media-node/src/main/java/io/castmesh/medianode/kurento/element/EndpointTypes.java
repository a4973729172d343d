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
      ObjectType.named("SessionEndpoint", "core", SdpEndpointObject.class)
          .extending(ENDPOINT)
          .events("MediaSessionStarted", "MediaSessionTerminated")
          .build();

  /**
   * Negotiation by SDP. Bandwidths for receiving (kbit/s, 0: no bound) that are set before are told
   * in the description. Those for sending bound the estimate once a client has set one: 100 to 500
   * kbit/s, which a Kurento server begins with, would leave no layer but the smallest.
   */
  static final ObjectType SDP_ENDPOINT =
      ObjectType.named("SdpEndpoint", "core", SdpEndpointObject.class)
          .extending(SESSION_ENDPOINT)
          .onAsync("processOffer", (o, p) -> o.processOffer(p.string("offer")))
          .onAsync("generateOffer", (o, p) -> o.generateOffer(p))
          .onAsync("processAnswer", (o, p) -> o.processAnswer(p.string("answer")))
          .on("getLocalSessionDescriptor", (o, p) -> o.localDescription())
          .on("getRemoteSessionDescriptor", (o, p) -> o.remoteDescription())
          .property("maxAudioRecvBandwidth", PropertyKind.INTEGER, 0)
          .property(
              "maxVideoRecvBandwidth",
              PropertyKind.INTEGER,
              0,
              (o, max) -> {
                o.boundReceiving((int) o.property("minVideoRecvBandwidth", 0), (int) max);
                return max;
              })
          .build();

  /** RTP with feedback. */
  static final ObjectType BASE_RTP_ENDPOINT =
      ObjectType.named("BaseRtpEndpoint", "core", SdpEndpointObject.class)
          .extending(SDP_ENDPOINT)
          .property(
              "minVideoRecvBandwidth",
              PropertyKind.INTEGER,
              0,
              (o, min) -> {
                Object max = o.property("maxVideoRecvBandwidth", 0);
                Object kept = atMost(max, min);
                o.boundReceiving((int) kept, (int) max);
                return kept;
              })
          .property(
              "minVideoSendBandwidth",
              PropertyKind.INTEGER,
              100,
              (o, min) -> {
                Object max = o.property("maxVideoSendBandwidth", 500);
                Object kept = atMost(max, min);
                o.boundSending((int) kept, (int) max);
                return kept;
              })
          .property(
              "maxVideoSendBandwidth",
              PropertyKind.INTEGER,
              500,
              (o, max) -> {
                Object min = o.property("minVideoSendBandwidth", 100);
                Object kept = atLeast(min, max);
                o.boundSending((int) min, (int) kept);
                return kept;
              })
          .on("getRembParams", (o, p) -> o.rembParams().get())
          .on("setRembParams", (o, p) -> o.rembParams().set(p.object("rembParams")))
          .property("mtu", PropertyKind.INTEGER, 1200)
          .on("getMediaState", (o, p) -> o.mediaState())
          .on("getConnectionState", (o, p) -> o.connectionState())
          .on("requestKeyframe", (o, p) -> o.requestKeyframe())
          .events("MediaStateChanged", "ConnectionStateChanged")
          .build();

  /** 0 is no bound; like a Kurento server, a negative one counts as very large. */
  private static Object atMost(Object bound, Object value) {
    boolean beyond = Integer.compareUnsigned((int) value, (int) bound) > 0;
    return (int) bound != 0 && beyond ? bound : value;
  }

  private static Object atLeast(Object bound, Object value) {
    boolean below = Integer.compareUnsigned((int) value, (int) bound) < 0;
    return (int) value != 0 && below ? bound : value;
  }
}
