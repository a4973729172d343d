package io.castmesh.media.recording;

import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.contract.User;
import io.castmesh.media.kurento.Built;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import org.kurento.client.MediaPipeline;
import org.kurento.client.MediaProfileSpecType;
import org.kurento.client.RecorderEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recording of one live. It starts when media flows (a recorder that is started before has
 * broken files to show for it) and is stopped before anything is released. Confined to the event
 * loop.
 */
public final class Recording {
  private static final Logger log = LoggerFactory.getLogger(Recording.class);

  /** For the server to finish the file. */
  private static final Duration FINISH = Duration.ofSeconds(8);

  private final Recordings recordings;
  private final KurentoLink link;
  private final RecorderEndpoint recorder;
  private final String liveId;
  private final User owner;
  private final String title;
  private final String address;
  private Future<RecordingTicket> started;
  private Future<Void> finished;

  private Recording(
      Recordings recordings,
      KurentoLink link,
      RecorderEndpoint recorder,
      String liveId,
      User owner,
      String title,
      String address) {
    this.recordings = recordings;
    this.link = link;
    this.recorder = recorder;
    this.liveId = liveId;
    this.owner = owner;
    this.title = title;
    this.address = address;
  }

  /**
   * Makes the recorder; it goes with its pipeline.
   *
   * @param address the presenter's IP address
   */
  public static Future<Recording> prepare(
      Recordings recordings,
      KurentoLink link,
      MediaPipeline pipeline,
      String liveId,
      User owner,
      String title,
      String address) {
    return link.make(
            "recorder",
            client ->
                Built.within(
                    link.deadline(),
                    new RecorderEndpoint.Builder(pipeline, recordings.uri(liveId))
                            .withMediaProfile(MediaProfileSpecType.WEBM)
                        ::buildAsync),
            KurentoLink::releaseNow)
        .map(recorder -> new Recording(recordings, link, recorder, liveId, owner, title, address));
  }

  public Future<Void> connect(Peer presenter) {
    return presenter.connectTo(recorder);
  }

  /** Media flows. Called again, it does nothing. */
  public void start() {
    if (started != null || finished != null) {
      return;
    }
    RecordingTicket ticket =
        new RecordingTicket(
            liveId, owner, title, Recordings.fileOf(liveId), Instant.now(), address);
    started =
        recordings
            .writeTicket(ticket)
            .compose(
                written ->
                    link.call(
                        "record",
                        client -> {
                          recorder.record();
                          return ticket;
                        }))
            .onFailure(
                error ->
                    log.error("recording not started live={} error={}", liveId, error.toString()));
  }

  /** Completes when the file is complete and that has been told; nothing was recorded: at once. */
  public Future<Void> finish() {
    if (finished == null) {
      finished =
          started == null
              ? Future.succeededFuture()
              : started
                  .compose(this::stop)
                  .otherwise(
                      error -> {
                        log.warn("recording not ended live={} error={}", liveId, error.toString());
                        return null;
                      });
    }
    return finished;
  }

  private Future<Void> stop(RecordingTicket ticket) {
    return link.finish("end of the recording", recorder::stopAndWait, FINISH)
        .otherwise(
            error -> {
              // What is on disk is announced all the same: it is playable up to its end.
              log.warn("recorder not stopped live={} error={}", liveId, error.toString());
              return null;
            })
        .compose(stopped -> recordings.announce(ticket, Instant.now()));
  }
}
