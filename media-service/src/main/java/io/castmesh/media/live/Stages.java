package io.castmesh.media.live;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.recording.Recording;
import io.castmesh.media.recording.Recordings;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.media.session.Offers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import org.kurento.client.MediaPipeline;

/** Makes stages of lives, and takes over those of other instances. Confined to the event loop. */
final class Stages {
  private final Vertx vertx;
  private final Pipelines pipelines;
  private final Recordings recordings;

  Stages(Vertx vertx, Pipelines pipelines, Recordings recordings) {
    this.vertx = vertx;
    this.pipelines = pipelines;
    this.recordings = recordings;
  }

  /** A new stage; a failure half-way leaves nothing behind. */
  Future<Stage> create(Live live, KurentoLink link, String sdpOffer) {
    ReleaseStack made = new ReleaseStack();
    return pipelines
        .create(link, live.key(), made)
        .compose(
            pipeline ->
                recording(live, link, pipeline)
                    .map(
                        recording ->
                            new Stage(
                                vertx,
                                link,
                                pipeline,
                                recording,
                                Offers.kindsSent(sdpOffer),
                                made)))
        .recover(error -> made.release().transform(done -> Future.failedFuture(error)));
  }

  /** Another instance goes on with it: nothing is released. */
  void handOver(Stage stage) {
    pipelines.forget(stage.pipeline());
    stage.handOver();
  }

  private Future<Recording> recording(Live live, KurentoLink link, MediaPipeline pipeline) {
    Recording.Subject subject = live.nextRecording();
    return subject == null
        ? Future.succeededFuture()
        : Recording.prepare(vertx, recordings, link, pipeline, subject);
  }

  /** Empty when it is not on the server any more. */
  Future<Optional<Stage>> adopt(Live live, KurentoLink link, LiveRecord.Stage record) {
    ReleaseStack made = new ReleaseStack();
    return pipelines
        .adopt(link, live.key(), record.pipeline(), made)
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture(Optional.empty())
                    : adoptRecording(live, link, record)
                        .map(
                            recording ->
                                Optional.of(
                                    new Stage(
                                        vertx,
                                        link,
                                        found.get(),
                                        recording.orElse(null),
                                        record.kindsOffered(),
                                        made)))
                        // Not ours then: what is left of it is swept.
                        .onFailure(late -> pipelines.forget(found.get())));
  }

  private Future<Optional<Recording>> adoptRecording(
      Live live, KurentoLink link, LiveRecord.Stage record) {
    return record.recorder() == null
        ? Future.succeededFuture(Optional.empty())
        : Recording.adopt(
            vertx, recordings, link, record.recorder(), live.subject(), record.ticket());
  }

  /** The stage of a live is gone with its media server: what was recorded is told. */
  Future<Void> lost(LiveRecord.Stage record) {
    return record == null || record.ticket() == null
        ? Future.succeededFuture()
        : recordings.announceLost(record.ticket());
  }
}
