package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * An endpoint that is negotiated by SDP: the order of offer and answer, and the states of what
 * comes of it. The engine speaks from the network's side, Kurento from the element's: RTP coming in
 * flows out of the endpoint. Kurento: {@code SdpEndpoint}, {@code BaseRtpEndpoint}.
 */
abstract class SdpEndpointObject extends ElementObject implements SdpPeer.Listener {
  /** Media that arrives from the network and goes out to other elements. */
  private final Set<MediaType> fromPeer = EnumSet.noneOf(MediaType.class);

  /** Media that comes in from another element and is sent to the network. */
  private final Set<MediaType> toPeer = EnumSet.noneOf(MediaType.class);

  private final RembParams rembParams = new RembParams();
  private boolean negotiating;
  private boolean offered;
  private boolean answered;
  private boolean connected;
  private boolean mediaConnected;
  private String local;
  private String remote;

  SdpEndpointObject(ObjectHost host, ObjectType type, Params params) {
    super(host, type, params);
  }

  abstract SdpPeer peer();

  @Override
  final Optional<MediaElement> engineElement() {
    return Optional.of(peer());
  }

  @Override
  final boolean flowsIn(MediaType type) {
    return toPeer.contains(type);
  }

  @Override
  final boolean flowsOut(MediaType type) {
    return fromPeer.contains(type);
  }

  final Future<String> processOffer(String offer) {
    if (offer.isEmpty()) {
      throw KurentoError.SDP_PARSE_ERROR.with("Empty offer not valid");
    }
    if (negotiating) {
      throw KurentoError.SDP_END_POINT_ALREADY_NEGOTIATED.with("Endpoint already negotiated");
    }
    negotiating = true;
    return host()
        .await(() -> peer().processOffer(offer))
        .map(answer -> started(answer, offer))
        .recover(
            cause -> {
              negotiating = false;
              return Future.failedFuture(
                  sdpError(cause, KurentoError.SDP_END_POINT_PROCESS_OFFER_ERROR));
            });
  }

  /** Which way the media of an offer goes; an answer follows the offer that it gets. */
  Direction offeredDirection() {
    return Direction.SENDRECV;
  }

  /** Kurento: {@code OfferOptions}, by which a kind of media is left out altogether. */
  private OfferOptions offerOptions(Params params) {
    Set<MediaKind> kinds = EnumSet.allOf(MediaKind.class);
    params
        .optionalObject("options")
        .map(Params::properties)
        .ifPresent(
            options -> {
              if (!options.optionalBool("offerToReceiveAudio").orElse(true)) {
                kinds.remove(MediaKind.AUDIO);
              }
              if (!options.optionalBool("offerToReceiveVideo").orElse(true)) {
                kinds.remove(MediaKind.VIDEO);
              }
            });
    return new OfferOptions(kinds, offeredDirection());
  }

  final Future<String> generateOffer(Params params) {
    OfferOptions options = offerOptions(params);
    if (negotiating) {
      throw KurentoError.SDP_END_POINT_ALREADY_NEGOTIATED.with("Endpoint already negotiated");
    }
    negotiating = true;
    return host()
        .await(() -> peer().generateOffer(options))
        .map(
            offer -> {
              offered = true;
              local = bounded(offer);
              return local;
            })
        .recover(
            cause -> {
              negotiating = false;
              return Future.failedFuture(
                  sdpError(cause, KurentoError.SDP_END_POINT_GENERATE_OFFER_ERROR));
            });
  }

  final Future<String> processAnswer(String answer) {
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
        .await(() -> peer().processAnswer(answer))
        .map(own -> started(own, answer))
        .recover(
            cause -> {
              answered = false;
              return Future.failedFuture(
                  sdpError(cause, KurentoError.SDP_END_POINT_PROCESS_ANSWER_ERROR));
            });
  }

  private String started(String localDescription, String remoteDescription) {
    local = bounded(localDescription);
    remote = remoteDescription;
    raise("MediaSessionStarted", new JsonObject());
    return local;
  }

  private String bounded(String description) {
    return Bandwidths.into(
        description,
        (int) property("maxAudioRecvBandwidth", 0),
        (int) property("maxVideoRecvBandwidth", 0));
  }

  /** What a client has set for sending, in kbit/s; 0 for no bound. */
  final void boundSending(int least, int most) {
    peer().boundVideo(floor(least), ceiling(most));
  }

  /** The same for what the peer sends to us. */
  final void boundReceiving(int least, int most) {
    peer().boundReceivedVideo(floor(least), ceiling(most));
  }

  private static long floor(int kilobits) {
    return 1000L * Math.max(0, kilobits);
  }

  private static long ceiling(int kilobits) {
    return kilobits <= 0 ? Long.MAX_VALUE : 1000L * kilobits;
  }

  private static Throwable sdpError(Throwable cause, KurentoError otherwise) {
    if (cause instanceof SdpException) {
      return KurentoError.SDP_PARSE_ERROR.with("Invalid SDP");
    }
    if (cause instanceof UncheckedIOException) {
      return KurentoError.NOT_ENOUGH_RESOURCES.with(cause.getMessage());
    }
    if (cause instanceof IllegalStateException) {
      return KurentoError.SDP_END_POINT_ALREADY_NEGOTIATED.with("Endpoint already negotiated");
    }
    return otherwise.with("Error processing the session description");
  }

  final String localDescription() {
    if (local == null) {
      throw KurentoError.SDP_END_POINT_NO_LOCAL_SDP_ERROR.with("No local SDP");
    }
    return local;
  }

  final String remoteDescription() {
    if (remote == null) {
      throw KurentoError.SDP_END_POINT_NO_REMOTE_SDP_ERROR.with("No remote SDP");
    }
    return remote;
  }

  final String mediaState() {
    return state(mediaConnected);
  }

  final String connectionState() {
    return state(connected);
  }

  final RembParams rembParams() {
    return rembParams;
  }

  /** Asks the element that this one gets its video from: it is the viewer who wants a keyframe. */
  final Object requestKeyframe() {
    ElementObject source =
        origin(MediaType.VIDEO)
            .orElseThrow(
                () ->
                    KurentoError.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED.with(
                        "Keyframe request failed (must be requested from a subscriber element)"));
    source.engineElement().orElseThrow().requestKeyFrame();
    return null;
  }

  @Override
  public final void onConnected(boolean nowConnected) {
    later(
        () -> {
          if (connected != nowConnected) {
            connected = nowConnected;
            raiseStates("ConnectionStateChanged", nowConnected);
            updateMediaState();
          }
        });
  }

  @Override
  public final void onFlowIn(MediaKind kind, boolean flowing) {
    later(() -> fromPeer(MediaType.of(kind), flowing));
  }

  @Override
  public final void onFlowOut(MediaKind kind, boolean flowing) {
    later(() -> toPeer(MediaType.of(kind), flowing));
  }

  @Override
  public final void onError(String description) {
    later(
        () ->
            raiseError(
                description, KurentoError.UNEXPECTED_ERROR.code(), "UNEXPECTED_ELEMENT_ERROR"));
  }

  private void fromPeer(MediaType type, boolean flowing) {
    if (flowing ? fromPeer.add(type) : fromPeer.remove(type)) {
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

  private void toPeer(MediaType type, boolean flowing) {
    if (flowing ? toPeer.add(type) : toPeer.remove(type)) {
      raiseFlow("MediaFlowInStateChanged", type, flowing);
      updateMediaState();
    }
  }

  private void updateMediaState() {
    boolean now = connected && !(fromPeer.isEmpty() && toPeer.isEmpty());
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

  /** Brings a report of the engine to the event loop. */
  final void later(Runnable report) {
    host().report(this, report);
  }
}
