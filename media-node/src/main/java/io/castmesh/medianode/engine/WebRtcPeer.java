package io.castmesh.medianode.engine;

import java.util.concurrent.CompletionStage;

/** One peer connection with a browser: ICE-lite, DTLS-SRTP, RTP both ways. */
public interface WebRtcPeer extends MediaElement {

  /**
   * Answers an offer.
   *
   * @return the answer; fails with {@link SdpException} for an offer that cannot be answered, and
   *     with {@link IllegalStateException} for a second offer
   */
  CompletionStage<String> processOffer(String sdpOffer);

  /** An offer of ours: audio and video, both ways. */
  CompletionStage<String> generateOffer();

  /** The answer to {@link #generateOffer}; returns our own description again. */
  CompletionStage<String> processAnswer(String sdpAnswer);

  /** Reports our candidates to the listener, then that gathering is done. */
  CompletionStage<Void> gatherCandidates();

  /** A candidate of the peer. Garbage is ignored: an ICE-lite agent learns from checks. */
  void addIceCandidate(String candidate, String sdpMid, int sdpMLineIndex);

  /** Asks the peer for a keyframe (RFC 4585 PLI). */
  void requestKeyFrame();

  enum IceState {
    GATHERING,
    CONNECTING,
    CONNECTED,
    READY,
    DISCONNECTED,
    FAILED
  }

  enum DtlsState {
    NEW,
    CONNECTING,
    CONNECTED,
    CLOSED,
    FAILED
  }

  /** Called on the engine's loop; every method has an empty default. */
  interface Listener {
    default void onIceCandidate(String candidate, String sdpMid, int sdpMLineIndex) {}

    default void onGatheringDone() {}

    default void onIceState(IceState state) {}

    /** Both candidates as SDP candidate attribute values. */
    default void onCandidatePair(String local, String remote) {}

    default void onDtlsState(DtlsState state) {}

    /** ICE and DTLS are up, or one of them went. */
    default void onConnected(boolean connected) {}

    /** RTP of this kind arrives, or stopped arriving for two seconds. */
    default void onFlowIn(MediaKind kind, boolean flowing) {}

    /** RTP of this kind is sent to the peer, or stopped for two seconds. */
    default void onFlowOut(MediaKind kind, boolean flowing) {}

    default void onError(String description) {}
  }
}
