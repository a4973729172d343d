package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.kurento.object.Values;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * Turns what the engine says of a peer connection into Kurento's events. Everything is bundled over
 * one transport, so there is one stream ("1") with one component (1).
 */
final class WebRtcReports implements WebRtcPeer.Listener {
  private final WebRtcEndpointObject endpoint;
  private JsonObject candidatePair;
  private WebRtcPeer.IceState ice;
  private WebRtcPeer.DtlsState dtls;

  WebRtcReports(WebRtcEndpointObject endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public void onIceCandidate(String candidate, String sdpMid, int sdpMLineIndex) {
    JsonObject value =
        Values.typed("IceCandidate")
            .put("candidate", candidate)
            .put("sdpMid", sdpMid)
            .put("sdpMLineIndex", sdpMLineIndex);
    later(() -> endpoint.tell("IceCandidateFound", new JsonObject().put("candidate", value)));
  }

  @Override
  public void onGatheringDone() {
    later(() -> endpoint.tell("IceGatheringDone", new JsonObject()));
  }

  @Override
  public void onIceState(WebRtcPeer.IceState state) {
    later(
        () -> {
          ice = state;
          endpoint.tell(
              "IceComponentStateChanged",
              new JsonObject().put("componentId", 1).put("streamId", 1).put("state", state.name()));
        });
  }

  @Override
  public void onCandidatePair(String local, String remote) {
    later(
        () -> {
          candidatePair =
              Values.typed("IceCandidatePair")
                  .put("componentId", 1)
                  .put("streamId", "1")
                  .put("localCandidate", local)
                  .put("remoteCandidate", remote);
          endpoint.tell(
              "NewCandidatePairSelected", new JsonObject().put("candidatePair", candidatePair));
        });
  }

  @Override
  public void onDtlsState(WebRtcPeer.DtlsState state) {
    later(
        () -> {
          dtls = state;
          endpoint.tell(
              "DtlsConnectionStateChange",
              new JsonObject()
                  .put("componentId", "1")
                  .put("connectionId", "dtls-1")
                  .put("streamId", "1")
                  .put("state", state.name()));
        });
  }

  @Override
  public void onConnected(boolean connected) {
    endpoint.onConnected(connected);
  }

  @Override
  public void onFlowIn(MediaKind kind, boolean flowing) {
    endpoint.onFlowIn(kind, flowing);
  }

  @Override
  public void onFlowOut(MediaKind kind, boolean flowing) {
    endpoint.onFlowOut(kind, flowing);
  }

  @Override
  public void onError(String description) {
    endpoint.onError(description);
  }

  JsonArray candidatePairs() {
    return candidatePair == null ? new JsonArray() : new JsonArray().add(candidatePair);
  }

  JsonArray iceConnections() {
    return ice == null
        ? new JsonArray()
        : new JsonArray()
            .add(
                Values.typed("IceConnection")
                    .put("streamId", "1")
                    .put("componentId", 1)
                    .put("state", ice.name()));
  }

  JsonArray dtlsConnections() {
    return dtls == null
        ? new JsonArray()
        : new JsonArray()
            .add(
                Values.typed("DtlsConnection")
                    .put("streamId", "1")
                    .put("componentId", "1")
                    .put("state", dtls.name()));
  }

  private void later(Runnable report) {
    endpoint.later(report);
  }
}
