package io.castmesh.vod.recording;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.contract.Videos.Video;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.vod.library.VideoStore;
import io.castmesh.vod.library.VideoStore.Row;
import io.castmesh.vod.place.Places;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
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

  private static final Duration CLAIM = Duration.ofSeconds(15);

  private static final String RENEW =
      "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end";

  private static final String RELEASE =
      "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

  private record Ready(Video video) {}

  private final Vertx vertx;
  private final RecordingFolder folder;
  private final MediaTools tools;
  private final VideoStore videos;
  private final Places places;
  private final RedisStore redis;
  private final ClientMessenger clients;
  private final Counters outcomes;
  private final Timer processing;
  private final String node;
  private final Set<String> underWay = new HashSet<>();

  public Registrar(
      Vertx vertx,
      RecordingFolder folder,
      MediaTools tools,
      VideoStore videos,
      Places places,
      RedisStore redis,
      ClientMessenger clients,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.folder = folder;
    this.tools = tools;
    this.videos = videos;
    this.places = places;
    this.redis = redis;
    this.clients = clients;
    this.outcomes = Metric.RECORDINGS.counters(metrics);
    this.processing = Metric.PROCESSING.timer(metrics);
    this.node = UUID.randomUUID().toString();
  }

  /**
   * Registers a recording that is complete on disk.
   *
   * @return fails when it has to be tried again
   */
  public Future<Void> register(RecordingTicket ticket) {
    if (underWay.size() >= IN_HAND) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    if (!underWay.add(ticket.liveId())) {
      return Future.succeededFuture();
    }
    return folder
        .exists(ticket.file())
        .compose(exists -> exists ? unlessDoomed(ticket) : Future.succeededFuture())
        .eventually(
            () -> {
              underWay.remove(ticket.liveId());
              return Future.succeededFuture();
            });
  }

  private Future<Void> unlessDoomed(RecordingTicket ticket) {
    return folder
        .isDoomed(ticket.file())
        .compose(doomed -> doomed ? Future.succeededFuture() : registerFile(ticket));
  }

  private Future<Void> registerFile(RecordingTicket ticket) {
    return folder
        .keepTicket(ticket)
        .compose(kept -> videos.findForLive(ticket.liveId()))
        .compose(
            known ->
                known.isPresent()
                    ? folder.dropTicket(ticket.liveId())
                    : folder
                        .size(ticket.file())
                        .compose(size -> claimed(ticket, () -> make(ticket, size))));
  }

  /** Only one instance at a time works on a file; its claim soon ends when it dies. */
  private Future<Void> claimed(RecordingTicket ticket, Supplier<Future<Void>> work) {
    String key = "vod:claim:" + ticket.liveId();
    return redis
        .run(Command.SET, key, node, "NX", "PX", CLAIM.toMillis())
        .compose(
            reply -> {
              if (reply == null) {
                return Future.succeededFuture();
              }
              long timer =
                  vertx.setPeriodic(
                      CLAIM.toMillis() / 3,
                      t -> redis.eval(RENEW, List.of(key), node, CLAIM.toMillis()));
              return work.get()
                  .eventually(
                      () -> {
                        vertx.cancelTimer(timer);
                        return redis.eval(RELEASE, List.of(key), node).otherwiseEmpty();
                      });
            });
  }

  private Future<Void> make(RecordingTicket ticket, long size) {
    Path recording = folder.file(ticket.file());
    Path thumbnail = folder.thumbnail(ticket.file());
    return folder
        .removeParts(ticket.file())
        .compose(removed -> process(recording, thumbnail))
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
                    .compose(
                        inserted ->
                            folder
                                .dropTicket(row.liveId())
                                .onSuccess(
                                    dropped -> {
                                      if (inserted) {
                                        tell(row);
                                      }
                                    })));
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
