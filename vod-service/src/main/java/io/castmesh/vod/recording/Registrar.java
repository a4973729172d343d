package io.castmesh.vod.recording;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.contract.Videos.Video;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.vod.library.VideoStore;
import io.castmesh.vod.library.VideoStore.Row;
import io.castmesh.vod.place.Places;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a video of a finished recording. May be asked again and again, by several instances: a live
 * becomes one video, and its ticket goes only when that is done, so whatever fails is tried again.
 *
 * <p>Belongs to the event loop of its verticle.
 */
public final class Registrar {
  private static final Logger log = LoggerFactory.getLogger(Registrar.class);

  /** What is shorter is not kept. */
  public static final double SHORTEST_SECONDS = 1.0;

  /** Without readable media, this much may be a recording that ended before it began. */
  private static final long SMALL_BYTES = 64 * 1024;

  /** Recordings that one instance has in hand; more wait for the next round. */
  private static final int IN_HAND = 64;

  private record Ready(Video video) {}

  private final RecordingFolder folder;
  private final MediaTools tools;
  private final VideoStore videos;
  private final Places places;
  private final Claims claims;
  private final ClientMessenger clients;
  private final Counters outcomes;
  private final Timer processing;
  private final Map<String, Future<Void>> underWay = new HashMap<>();
  private boolean closed;

  public Registrar(
      RecordingFolder folder,
      MediaTools tools,
      VideoStore videos,
      Places places,
      Claims claims,
      ClientMessenger clients,
      MeterRegistry metrics) {
    this.folder = folder;
    this.tools = tools;
    this.videos = videos;
    this.places = places;
    this.claims = claims;
    this.clients = clients;
    this.outcomes = Metric.RECORDINGS.counters(metrics);
    this.processing = Metric.PROCESSING.timer(metrics);
  }

  /**
   * Registers a recording that is complete on disk.
   *
   * @return fails when it has to be tried again; once closed nothing is done, as others do it
   */
  public Future<Void> register(RecordingTicket ticket) {
    if (closed || underWay.containsKey(ticket.liveId())) {
      return Future.succeededFuture();
    }
    if (underWay.size() >= IN_HAND) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    Promise<Void> done = Promise.promise();
    underWay.put(ticket.liveId(), done.future());
    return folder
        .exists(ticket.file())
        .compose(exists -> exists ? registerFile(ticket) : Future.succeededFuture())
        .onComplete(
            registered -> {
              underWay.remove(ticket.liveId());
              done.complete();
            });
  }

  /** Begins nothing more; completes when what is under way has ended, and its claims. */
  public Future<?> close() {
    closed = true;
    return Future.join(List.copyOf(underWay.values()));
  }

  private Future<Void> registerFile(RecordingTicket ticket) {
    return claims
        .take(ticket)
        .recover(away -> kept(ticket, away))
        .compose(
            mine ->
                mine ? claims.during(ticket, () -> makeOnce(ticket)) : Future.succeededFuture());
  }

  /** The folder is the queue: what cannot be asked for now is done in a later round. */
  private <T> Future<T> kept(RecordingTicket ticket, Throwable away) {
    return folder.keepTicket(ticket).transform(kept -> Future.failedFuture(away));
  }

  /**
   * A ticket is written only while there is no video, and under the claim: a video with a ticket is
   * one whose owner has not been told.
   */
  private Future<Void> makeOnce(RecordingTicket ticket) {
    return videos
        .findForLive(ticket.liveId())
        .recover(away -> kept(ticket, away))
        .compose(known -> known.map(this::finish).orElseGet(() -> makeUnlessDeleted(ticket)));
  }

  /** Its row may be gone and its file not yet; or another has removed what was too short. */
  private Future<Void> makeUnlessDeleted(RecordingTicket ticket) {
    return folder
        .isDoomed(ticket.file())
        .compose(doomed -> doomed ? Future.succeededFuture(false) : folder.exists(ticket.file()))
        .compose(
            wanted ->
                wanted
                    ? folder
                        .keepTicket(ticket)
                        .compose(kept -> folder.size(ticket.file()))
                        .compose(size -> make(ticket, size))
                    : Future.succeededFuture());
  }

  private Future<Void> make(RecordingTicket ticket, long size) {
    Path recording = folder.file(ticket.file());
    Path thumbnail = folder.thumbnail(ticket.file());
    return folder
        .removeParts(ticket.file())
        .compose(removed -> process(recording, thumbnail))
        .compose(found -> claims.hold(ticket).map(found))
        .compose(
            found -> {
              if (!found.media() && size > SMALL_BYTES) {
                log.error("recording not readable, set aside file={}", ticket.file());
                count("broken");
                return folder.setAside(ticket.liveId(), ticket.file());
              }
              if (found.seconds() < SHORTEST_SECONDS) {
                log.info("recording not kept live={} s={}", ticket.liveId(), found.seconds());
                count("short");
                return folder.remove(ticket.liveId(), ticket.file());
              }
              return store(ticket, found);
            });
  }

  private Future<MediaTools.Found> process(Path recording, Path thumbnail) {
    Timer.Sample sample = Timer.start();
    return tools.process(recording, thumbnail).onComplete(done -> sample.stop(processing));
  }

  private Future<Void> store(RecordingTicket ticket, MediaTools.Found found) {
    return places
        .find(ticket.address())
        .compose(
            place ->
                folder
                    .size(ticket.file())
                    .map(
                        size ->
                            new Row(
                                UUID.randomUUID().toString(),
                                ticket.liveId(),
                                ticket.owner(),
                                ticket.title() == null ? "" : ticket.title(),
                                ticket.startedAt(),
                                found.seconds(),
                                place,
                                size,
                                ticket.file())))
        .compose(
            row ->
                videos
                    .insert(row)
                    .compose(inserted -> inserted ? finish(row) : finishOther(ticket.liveId())));
  }

  /** MySQL has carried out what it did not answer. */
  private Future<Void> finishOther(String liveId) {
    return videos
        .findForLive(liveId)
        .compose(known -> known.map(this::finish).orElseGet(Future::succeededFuture));
  }

  /** Whoever removes the ticket tells: so it is done once, and not forgotten. */
  private Future<Void> finish(Row row) {
    return folder
        .dropTicket(row.liveId())
        .onSuccess(
            stood -> {
              if (stood) {
                tell(row);
              }
            })
        .mapEmpty();
  }

  /** Its recording never came. */
  Future<Void> missing(RecordingTicket ticket) {
    return folder
        .dismiss(ticket.liveId())
        .onSuccess(
            stood -> {
              if (stood) {
                log.warn("ticket without a recording put aside file={}", ticket.file());
                count("missing");
              }
            })
        .mapEmpty();
  }

  private void tell(Row row) {
    log.info("video registered live={} s={}", row.liveId(), row.durationSeconds());
    count("registered");
    clients
        .toUser(row.owner().id(), "video.ready", new Ready(row.video()))
        .onFailure(error -> log.debug("owner not told error={}", error.getMessage()));
  }

  private void count(String outcome) {
    outcomes.of(outcome).increment();
  }
}
