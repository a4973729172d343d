package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.Negotiation;
import java.util.function.Function;

/**
 * Where packets of a payload type belong. Payload types are unique within a bundle (RFC 9143
 * section 9.1): they tell kind, codec and retransmission apart.
 */
final class PayloadRoutes {
  /** What a payload type stands for. */
  record Route(InboundTrack track, MediaFormat format, boolean retransmission) {}

  private final Route[] routes = new Route[128];

  PayloadRoutes() {}

  PayloadRoutes(Negotiation negotiation, Function<MediaKind, InboundTrack> tracks) {
    for (MediaKind kind : MediaKind.values()) {
      negotiation
          .media(kind)
          .filter(media -> media.direction().receives())
          .ifPresent(media -> media.codecs().forEach(codec -> add(tracks.apply(kind), codec)));
    }
  }

  private void add(InboundTrack track, NegotiatedCodec codec) {
    routes[codec.payloadType()] = new Route(track, codec.format(), false);
    if (codec.rtxPayloadType() >= 0) {
      routes[codec.rtxPayloadType()] = new Route(track, codec.format(), true);
    }
  }

  /** Null for a payload type that was not agreed, or that we are not to be sent. */
  Route find(int payloadType) {
    return routes[payloadType];
  }
}
