package io.castmesh.media.session;

import io.castmesh.contract.Media.Candidate;
import io.castmesh.media.kurento.KurentoLink;
import io.vertx.core.Future;
import org.kurento.client.IceCandidate;
import org.kurento.client.MediaElement;
import org.kurento.client.WebRtcEndpoint;

/** A WebRtcEndpoint on its server. Confined to the event loop; every call goes to a worker. */
public final class Peer {
  private final KurentoLink link;
  private final WebRtcEndpoint endpoint;

  Peer(KurentoLink link, WebRtcEndpoint endpoint) {
    this.link = link;
    this.endpoint = endpoint;
  }

  /** Its id on the server. */
  public String id() {
    return endpoint.getId();
  }

  /** Kurento: processOffer, then gatherCandidates, whose candidates go to the listeners. */
  public Future<String> negotiate(String sdpOffer) {
    return link.call(
        "offer",
        client -> {
          String answer = endpoint.processOffer(sdpOffer);
          Offers.verifyAnswer(answer);
          endpoint.gatherCandidates();
          return answer;
        });
  }

  /** From now on its media goes there; what went there before does not any more. */
  public Future<Void> connectTo(Peer sink) {
    return connectTo(sink.endpoint);
  }

  public Future<Void> connectTo(MediaElement sink) {
    return link.call(
        "connect",
        client -> {
          endpoint.connect(sink);
          return null;
        });
  }

  Future<Void> add(Candidate candidate) {
    return link.call(
        "candidate",
        client -> {
          String mid = candidate.sdpMid() == null ? "" : candidate.sdpMid();
          int index = candidate.sdpMLineIndex() == null ? 0 : candidate.sdpMLineIndex();
          endpoint.addIceCandidate(new IceCandidate(candidate.candidate(), mid, index));
          return null;
        });
  }

  /** Asks the browser behind it for a keyframe. */
  public Future<Void> requestKeyframe() {
    return link.call(
        "keyframe",
        client -> {
          endpoint.requestKeyframe();
          return null;
        });
  }

  public Future<Void> release() {
    return link.release(endpoint);
  }
}
