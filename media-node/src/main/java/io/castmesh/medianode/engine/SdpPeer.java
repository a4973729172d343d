package io.castmesh.medianode.engine;

import java.util.concurrent.CompletionStage;

/** An element whose other end is somewhere on the network and is agreed on by SDP (RFC 3264). */
public interface SdpPeer extends MediaElement {

  /**
   * Answers an offer.
   *
   * @return the answer; fails with {@link SdpException} for an offer that cannot be answered, and
   *     with {@link IllegalStateException} for a second offer
   */
  CompletionStage<String> processOffer(String sdpOffer);

  /** An offer of ours; fails with {@link IllegalStateException} after another one. */
  CompletionStage<String> generateOffer(OfferOptions options);

  /** The same of everything. */
  default CompletionStage<String> generateOffer() {
    return generateOffer(OfferOptions.EVERYTHING);
  }

  /** The answer to {@link #generateOffer}; returns our own description again. */
  CompletionStage<String> processAnswer(String sdpAnswer);

  /**
   * Bounds what is taken for the bandwidth of pictures on the way to the peer, whatever the
   * estimate says.
   *
   * @param least bits per second
   * @param most the same; {@link Long#MAX_VALUE} for no bound
   */
  default void boundVideo(long least, long most) {}

  /**
   * Bounds what the peer is asked to send at most, where it goes by our estimate
   * (draft-alvestrand-rmcat-remb); one that makes its own of our feedback is not asked.
   *
   * @param least bits per second
   * @param most the same; {@link Long#MAX_VALUE} for no bound
   */
  default void boundReceivedVideo(long least, long most) {}

  /** Called on the engine's loop; every method has an empty default. */
  interface Listener {
    /** The way to the other end is open, or is not any more. */
    default void onConnected(boolean connected) {}

    /** RTP of this kind arrives, or stopped arriving for two seconds. */
    default void onFlowIn(MediaKind kind, boolean flowing) {}

    /** RTP of this kind is sent, or stopped for two seconds. */
    default void onFlowOut(MediaKind kind, boolean flowing) {}

    default void onError(String description) {}
  }
}
