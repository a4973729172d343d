package io.castmesh.media.recording;

import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.contract.User;
import io.castmesh.media.kurento.Built;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.session.Peer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.kurento.client.MediaPipeline;
import org.kurento.client.MediaProfileSpecType;
import org.kurento.client.RecorderEndpoint;
import org.kurento.client.UriEndpointState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One recording of a live. It starts when media flows (a recorder that is started before has broken
 * files to show for it) and is stopped before anything is released. Confined to the event loop.
 */
public final class Recording {
  private static final Logger log = LoggerFactory.getLogger(Recording.class);

  /** For the server to finish the file; within the deadline of whoever stops a live. */
  private static final Duration FINISH = Duration.ofSeconds(8);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  /**
   * What a recording is of.
   *
   * @param id see {@link io.castmesh.contract.Media#recordingOf}
   * @param title may be null
   * @param address the presenter's IP address; may be null
   */
  public record Subject(String id, User owner, String title, String address) {}

  private final Vertx vertx;
  private final Recordings recordings;
  private final KurentoLink link;
  private final RecorderEndpoint recorder;
  private final Subject subject;
  private RecordingTicket ticket;
  private Future<Void> starting;
  private boolean asked;
  private Runnable onStarted = () -> {};
  private Future<Void> finished;

  private Recording(
      Vertx vertx,
      Recordings recordings,
      KurentoLink link,
      RecorderEndpoint recorder,
      Subject subject) {
    this.vertx = vertx;
    this.recordings = recordings;
    this.link = link;
    this.recorder = recorder;
    this.subject = subject;
  }

  /** Makes the recorder; it goes with its pipeline. */
  public static Future<Recording> prepare(
      Vertx vertx,
      Recordings recordings,
      KurentoLink link,
      MediaPipeline pipeline,
      Subject subject) {
    return link.make(
            "recorder",
            client -> {
              RecorderEndpoint recorder =
                  Built.within(
                      link.deadline(),
                      new RecorderEndpoint.Builder(pipeline, recordings.uri(subject.id()))
                              .withMediaProfile(MediaProfileSpecType.WEBM)
                          ::buildAsync);
              try {
                listen(recorder, recordings, link, subject);
                return recorder;
              } catch (RuntimeException failure) {
                KurentoLink.releaseNow(recorder);
                throw failure;
              }
            },
            KurentoLink::releaseNow)
        .map(recorder -> new Recording(vertx, recordings, link, recorder, subject));
  }

  /** Once for each recording: a server may say so of every picture. */
  private static void listen(
      RecorderEndpoint recorder, Recordings recordings, KurentoLink link, Subject subject) {
    AtomicBoolean heard = new AtomicBoolean();
    recorder.addErrorListener(
        error -> {
          if (heard.compareAndSet(false, true)) {
            link.report(() -> recordings.wentWrong(subject.id(), error.getDescription()));
          }
        });
  }

  /**
   * Takes over a recording that another instance has begun; empty when its recorder is gone.
   *
   * @param ticket null: it has not started yet
   */
  public static Future<Optional<Recording>> adopt(
      Vertx vertx,
      Recordings recordings,
      KurentoLink link,
      String recorderId,
      Subject subject,
      RecordingTicket ticket) {
    return link.find(
            "adopted recorder",
            client -> {
              RecorderEndpoint recorder = client.getById(recorderId, RecorderEndpoint.class);
              // Listened to, it outlives the session of the instance that made it.
              listen(recorder, recordings, link, subject);
              return recorder;
            })
        .map(
            found ->
                found.map(
                    recorder -> {
                      Recording recording =
                          new Recording(vertx, recordings, link, recorder, subject);
                      recording.ticket = ticket;
                      recording.asked = ticket != null;
                      return recording;
                    }));
  }

  /** The recorder's id on the server. */
  public String recorderId() {
    return recorder.getId();
  }

  /** Null before it has started. */
  public RecordingTicket ticket() {
    return ticket;
  }

  /** What is done when it has started. */
  public void onStarted(Runnable done) {
    onStarted = done;
  }

  public Future<Void> connect(Peer presenter) {
    return presenter.connectTo(recorder);
  }

  /**
   * Media flows. Called again, it does nothing. What fails is tried again, after pauses that grow,
   * as long as the live goes on.
   */
  public void start() {
    if (!asked && finished == null) {
      asked = true;
      start(FIRST_PAUSE);
    }
  }

  private void start(Duration pause) {
    RecordingTicket first =
        new RecordingTicket(
            subject.id(),
            subject.owner(),
            subject.title(),
            Recordings.fileOf(subject.id()),
            Instant.now(),
            subject.address());
    starting =
        recordings
            .writeTicket(first)
            .compose(written -> link.call("record", client -> record()))
            .onSuccess(
                started -> {
                  ticket = first;
                  onStarted.run();
                })
            .onFailure(
                error -> {
                  log.error(
                      "recording not started recording={} again_in={} error={}",
                      subject.id(),
                      pause,
                      error.toString());
                  vertx.setTimer(pause.toMillis(), timer -> startAgain(pause));
                })
            .mapEmpty();
  }

  private Boolean record() {
    // It may have started though nobody heard of it.
    if (recorder.getState() != UriEndpointState.START) {
      recorder.record();
    }
    return true;
  }

  private void startAgain(Duration pause) {
    if (finished == null) {
      Duration longer = pause.multipliedBy(2);
      start(longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer);
    }
  }

  /** Completes when the file is complete and that has been told; nothing was recorded: at once. */
  public Future<Void> finish() {
    if (finished == null) {
      Future<Void> before = starting == null ? Future.succeededFuture() : starting;
      finished =
          before
              .otherwiseEmpty()
              .compose(started -> ticket == null ? Future.succeededFuture() : stop(ticket))
              .otherwise(
                  error -> {
                    log.warn(
                        "recording not ended recording={} error={}",
                        subject.id(),
                        error.toString());
                    return null;
                  });
    }
    return finished;
  }

  /** Another instance goes on with it. */
  public void handOver() {
    finished = Future.succeededFuture();
  }

  private Future<Void> stop(RecordingTicket last) {
    return link.finish(
            "end of the recording",
            client -> Built.<Void>answered(FINISH, recorder::stopAndWait),
            FINISH.plusMillis(500))
        .otherwise(
            error -> {
              // What is on disk is announced all the same: it is playable up to its end.
              log.warn(
                  "recorder not stopped recording={} error={}", subject.id(), error.toString());
              return null;
            })
        .compose(stopped -> recordings.announce(last, Instant.now()));
  }
}
