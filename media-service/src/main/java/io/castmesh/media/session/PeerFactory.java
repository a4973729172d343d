package io.castmesh.media.session;

import io.castmesh.contract.Media.Candidate;
import io.castmesh.media.kurento.Built;
import io.castmesh.media.kurento.KurentoLink;
import io.vertx.core.Future;
import java.util.Optional;
import org.kurento.client.ConnectionState;
import org.kurento.client.IceCandidate;
import org.kurento.client.IceComponentState;
import org.kurento.client.MediaFlowState;
import org.kurento.client.MediaPipeline;
import org.kurento.client.MediaType;
import org.kurento.client.WebRtcEndpoint;

/** Makes endpoints with everything set and subscribed that a media session needs. */
final class PeerFactory {
  /** With rtcp-mux there is one component; candidates of a second one are for nobody. */
  private static final String RTCP_COMPONENT = "2";

  /**
   * A peer that another instance has made, and how it is.
   *
   * @param audio whether the client sends it
   * @param video whether the client sends it
   * @param flowing whether media goes either way
   */
  record Adopted(Peer peer, boolean connected, boolean audio, boolean video, boolean flowing) {}

  private final int videoKbps;

  PeerFactory(int videoKbps) {
    this.videoKbps = videoKbps;
  }

  /** What the endpoint reports reaches the session on its event loop, marked with the version. */
  Future<Peer> create(KurentoLink link, MediaPipeline pipeline, MediaSession session, int version) {
    return link.make(
            "endpoint",
            client -> {
              WebRtcEndpoint endpoint =
                  Built.within(link.deadline(), new WebRtcEndpoint.Builder(pipeline)::buildAsync);
              try {
                configure(endpoint);
                listen(endpoint, link, session, version);
                return endpoint;
              } catch (RuntimeException failure) {
                KurentoLink.releaseNow(endpoint);
                throw failure;
              }
            },
            KurentoLink::releaseNow)
        .map(endpoint -> new Peer(link, endpoint));
  }

  /**
   * Takes over an endpoint that another instance has made: listens to it, which also keeps it alive
   * when the other's session on the server is collected. Asked only then how it is, so that nothing
   * that happens in between is missed. Empty when it is gone.
   */
  Future<Optional<Adopted>> adopt(
      KurentoLink link, String endpointId, MediaSession session, int version) {
    return link.find(
        "adopted endpoint",
        client -> {
          WebRtcEndpoint endpoint = client.getById(endpointId, WebRtcEndpoint.class);
          listen(endpoint, link, session, version);
          boolean connected = endpoint.getConnectionState() == ConnectionState.CONNECTED;
          boolean audio = endpoint.isMediaFlowingOut(MediaType.AUDIO);
          boolean video = endpoint.isMediaFlowingOut(MediaType.VIDEO);
          boolean flowing =
              audio
                  || video
                  || endpoint.isMediaFlowingIn(MediaType.VIDEO)
                  || endpoint.isMediaFlowingIn(MediaType.AUDIO);
          return new Adopted(new Peer(link, endpoint), connected, audio, video, flowing);
        });
  }

  private void configure(WebRtcEndpoint endpoint) {
    endpoint.setMaxVideoRecvBandwidth(videoKbps);
    endpoint.setMaxVideoSendBandwidth(videoKbps);
  }

  private static void listen(
      WebRtcEndpoint endpoint, KurentoLink link, MediaSession session, int version) {
    endpoint.addIceCandidateFoundListener(
        event -> {
          IceCandidate found = event.getCandidate();
          if (isOfUse(found)) {
            Candidate candidate =
                new Candidate(found.getCandidate(), found.getSdpMid(), found.getSdpMLineIndex());
            link.report(() -> session.onCandidate(version, candidate));
          }
        });
    endpoint.addConnectionStateChangedListener(
        event -> {
          boolean connected = event.getNewState() == ConnectionState.CONNECTED;
          link.report(() -> session.onConnected(version, connected));
        });
    endpoint.addIceComponentStateChangedListener(
        event -> {
          if (event.getState() == IceComponentState.FAILED) {
            link.report(() -> session.onFailed(version));
          }
        });
    // From the element's side: what a browser sends flows out of its endpoint, to others.
    endpoint.addMediaFlowOutStateChangedListener(
        event -> flow(link, session, version, true, event.getState(), event.getMediaType()));
    endpoint.addMediaFlowInStateChangedListener(
        event -> flow(link, session, version, false, event.getState(), event.getMediaType()));
  }

  private static void flow(
      KurentoLink link,
      MediaSession session,
      int version,
      boolean fromClient,
      MediaFlowState state,
      MediaType type) {
    if (state == MediaFlowState.FLOWING && type != MediaType.DATA) {
      link.report(() -> session.onFlowing(version, fromClient, type == MediaType.VIDEO));
    }
  }

  /** An ICE candidate attribute is "candidate:FOUNDATION COMPONENT …" (RFC 8839, section 5.1). */
  private static boolean isOfUse(IceCandidate candidate) {
    String[] fields = candidate.getCandidate().split(" ", 3);
    return fields.length < 2 || !fields[1].equals(RTCP_COMPONENT);
  }
}
