package io.castmesh.media.live;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.ReleaseStack;
import io.castmesh.media.recording.Recording;
import io.castmesh.media.registry.LiveRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.kurento.client.MediaPipeline;

/**
 * A live's place on one media server: its pipeline and its recording there. A live that loses its
 * server gets another stage. Confined to the event loop.
 *
 * <p>A live has one stage at a time. When one live is to be spread over several servers, it has one
 * on each, and {@link Live#stageFor} chooses.
 */
final class Stage {
  /** A presenter who offers video and audio but sends one of them only is recorded after this. */
  private static final long SECOND_KIND_MILLIS = 1_500;

  private final Vertx vertx;
  private final KurentoLink link;
  private final MediaPipeline pipeline;
  private final Recording recording;
  private final int kindsOffered;
  private final ReleaseStack made;
  private boolean audio;
  private boolean video;
  private boolean timing;
  private boolean over;

  /**
   * @param recording null: not recorded
   * @param kindsOffered how many of audio and video the presenter offers to send
   * @param made what is released with it
   */
  Stage(
      Vertx vertx,
      KurentoLink link,
      MediaPipeline pipeline,
      Recording recording,
      int kindsOffered,
      ReleaseStack made) {
    this.vertx = vertx;
    this.link = link;
    this.pipeline = pipeline;
    this.recording = recording;
    this.kindsOffered = kindsOffered;
    this.made = made;
    // Its end finishes the recording before anything else is released.
    made.onRelease("recording", this::finishRecording);
  }

  KurentoLink link() {
    return link;
  }

  MediaPipeline pipeline() {
    return pipeline;
  }

  /** Null: not recorded. */
  Recording recording() {
    return recording;
  }

  LiveRecord.Stage record() {
    return new LiveRecord.Stage(
        link.url(),
        pipeline.getId(),
        kindsOffered,
        recording == null ? null : recording.recorderId(),
        recording == null ? null : recording.ticket());
  }

  /** Media comes from the presenter. */
  void onFlowing(boolean isVideo) {
    if (isVideo) {
      video = true;
    } else {
      audio = true;
    }
    if (recording == null || over) {
      return;
    }
    if ((audio ? 1 : 0) + (video ? 1 : 0) >= kindsOffered) {
      recording.start();
    } else if (!timing) {
      timing = true;
      vertx.setTimer(
          SECOND_KIND_MILLIS,
          timer -> {
            if (!over) {
              recording.start();
            }
          });
    }
  }

  private Future<Void> finishRecording() {
    over = true;
    return recording == null ? Future.succeededFuture() : recording.finish();
  }

  /** Finishes the recording and releases everything; completes at the latest with its deadlines. */
  Future<Void> release() {
    over = true;
    return made.release();
  }

  /** Another instance goes on with it: nothing is released. */
  void handOver() {
    over = true;
    if (recording != null) {
      recording.handOver();
    }
  }
}
