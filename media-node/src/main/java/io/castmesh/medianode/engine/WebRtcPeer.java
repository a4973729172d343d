package io.castmesh.medianode.engine;

import java.util.concurrent.CompletionStage;

/** One peer connection with a browser: ICE-lite, DTLS-SRTP, RTP both ways. */
public interface WebRtcPeer extends SdpPeer {

  /** Reports our candidates to the listener, then that gathering is done. */
  CompletionStage<Void> gatherCandidates();

  /** A candidate of the peer. Garbage is ignored: an ICE-lite agent learns from checks. */
  void addIceCandidate(String candidate, String sdpMid, int sdpMLineIndex);

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
  interface Listener extends SdpPeer.Listener {
    default void onIceCandidate(String candidate, String sdpMid, int sdpMLineIndex) {}

    default void onGatheringDone() {}

    default void onIceState(IceState state) {}

    /** Both candidates as SDP candidate attribute values. */
    default void onCandidatePair(String local, String remote) {}

    default void onDtlsState(DtlsState state) {}
  }
}
