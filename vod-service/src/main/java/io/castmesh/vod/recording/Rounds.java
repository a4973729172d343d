package io.castmesh.vod.recording;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.vod.library.VideoStore;
import io.castmesh.vod.recording.RecordingFolder.Doomed;
import io.castmesh.vod.recording.RecordingFolder.Waiting;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the recordings folder for what was left undone: recordings whose end nobody could
 * tell, registrations that failed, deletions that were cut short.
 *
 * <p>Belongs to the event loop of its verticle.
 */
public final class Rounds {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);

  /** A file that was written a moment ago may still be being written. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  /** The same while nobody can say which lives go on. */
  private static final Duration QUIET_WHEN_UNSURE = Duration.ofSeconds(60);

  /** A ticket whose recording never came. */
  private static final Duration STALE_TICKET = Duration.ofMinutes(2);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** What is said of lives is said again by then, once Redis has come back empty. */
  private static final Duration SAID_AGAIN = Duration.ofSeconds(60);

  /**
   * @param goOn lives whose recordings are left alone
   * @param sure false when nobody can say of the others
   */
  private record Lives(Set<String> goOn, boolean sure) {
    /** Of a live that has several recordings the earlier ones may be told complete meanwhile. */
    boolean goesOn(RecordingTicket ticket) {
      return goOn.contains(Media.liveOfRecording(ticket.liveId()));
    }
  }

  /** When to try again what has failed. */
  private record Pause(Instant until, Duration length) {}

  private final RecordingFolder folder;
  private final Registrar registrar;
  private final VideoStore videos;
  private final Bus bus;
  private final Clock clock;
  private final AtomicLong waitingCount = new AtomicLong();
  private final AtomicLong overdueSeconds = new AtomicLong();
  private final AtomicLong freeBytes = new AtomicLong();
  private final AtomicLong allBytes = new AtomicLong();
  private final Map<String, Pause> pauses = new HashMap<>();

  /** Lives that went on, and since when nobody says so any more; they do while it is said. */
  private final Map<String, Instant> wentOn = new HashMap<>();

  private Instant emptiedAt = Instant.EPOCH;

  public Rounds(
      RecordingFolder folder,
      Registrar registrar,
      VideoStore videos,
      Bus bus,
      Clock clock,
      MeterRegistry metrics) {
    this.folder = folder;
    this.registrar = registrar;
    this.videos = videos;
    this.bus = bus;
    this.clock = clock;
    Metric.RECORDINGS_WAITING.gauge(metrics, waitingCount, AtomicLong::get);
    Metric.RECORDINGS_OVERDUE.gauge(metrics, overdueSeconds, AtomicLong::get);
    Metric.DISK_FREE.gauge(metrics, freeBytes, AtomicLong::get);
    Metric.DISK_SIZE.gauge(metrics, allBytes, AtomicLong::get);
  }

  public Future<Void> go() {
    return folder
        .space()
        .compose(
            space -> {
              freeBytes.set(space.free());
              allBytes.set(space.all());
              return folder.look();
            })
        .compose(
            undone -> finishDeletions(undone.doomed()).compose(done -> register(undone.waiting())));
  }

  private Future<Void> register(List<Waiting> waiting) {
    waitingCount.set(waiting.size());
    if (waiting.isEmpty()) {
      overdueSeconds.set(0);
    }
    pauses
        .keySet()
        .retainAll(waiting.stream().map(w -> w.ticket().liveId()).collect(Collectors.toSet()));
    return waiting.isEmpty()
        ? Future.succeededFuture()
        : lives().compose(lives -> registerAll(waiting, lives));
  }

  /** Redis has lost which lives go on; it is told again by those that have them. */
  public void emptied() {
    emptiedAt = clock.instant();
  }

  private Future<Lives> lives() {
    return bus.ask(Media.LIVES, new Media.LivesQuery(null))
        .map(lives -> lives.items().stream().map(Media.Live::liveId).collect(Collectors.toSet()))
        .map(said -> goOn(said, clock.instant()))
        .otherwise(away -> new Lives(Set.of(), false));
  }

  /** One that went on has ended when nobody says otherwise for a while. */
  private Lives goOn(Set<String> said, Instant now) {
    boolean sure = !now.isBefore(emptiedAt.plus(SAID_AGAIN));
    said.forEach(live -> wentOn.put(live, Instant.MAX));
    wentOn.replaceAll(
        (live, since) -> said.contains(live) || !since.equals(Instant.MAX) ? since : now);
    if (sure) {
      wentOn.values().removeIf(since -> since.isBefore(now.minus(QUIET)));
    }
    return new Lives(Set.copyOf(wentOn.keySet()), sure);
  }

  private Future<Void> registerAll(List<Waiting> waiting, Lives lives) {
    Future<Void> all = Future.succeededFuture();
    overdueSeconds.set(overdue(waiting, lives).toSeconds());
    for (Waiting one : waiting) {
      if (lives.goesOn(one.ticket())) {
        continue;
      }
      Instant now = clock.instant();
      Duration quiet = lives.sure() ? QUIET : QUIET_WHEN_UNSURE;
      if (one.written() == null) {
        if (one.ticketWritten().isBefore(now.minus(STALE_TICKET))) {
          all = all.compose(before -> registrar.missing(one.ticket()));
        }
      } else if (one.written().isBefore(now.minus(quiet)) && mayTry(one.ticket(), now)) {
        all = all.compose(before -> tryToRegister(one.ticket()));
      }
    }
    return all;
  }

  /** Since the oldest file was last written that no live writes any more. */
  private Duration overdue(List<Waiting> waiting, Lives lives) {
    Instant now = clock.instant();
    return waiting.stream()
        .filter(one -> one.written() != null)
        .filter(one -> !lives.goesOn(one.ticket()))
        .map(one -> Duration.between(one.written(), now))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  private boolean mayTry(RecordingTicket ticket, Instant now) {
    Pause pause = pauses.get(ticket.liveId());
    return pause == null || !now.isBefore(pause.until());
  }

  /** A recording is complete on disk, as is told until its ticket is gone. */
  public void told(RecordingTicket ticket) {
    if (mayTry(ticket, clock.instant())) {
      tryToRegister(ticket);
    }
  }

  /** A pause ends with the ticket: what another has in hand is not done yet. */
  private Future<Void> tryToRegister(RecordingTicket ticket) {
    return registrar
        .register(ticket)
        .recover(
            error -> {
              failed(ticket, error);
              return Future.succeededFuture();
            });
  }

  /**
   * A store that is away is asked again in the next round; anything else after pauses that grow.
   */
  private void failed(RecordingTicket ticket, Throwable error) {
    if (isAway(error)) {
      log.warn("recording waits live={} error={}", ticket.liveId(), error.getMessage());
      return;
    }
    Pause before = pauses.get(ticket.liveId());
    Duration length = before == null ? QUIET : before.length().multipliedBy(2);
    if (length.compareTo(LONGEST_PAUSE) > 0) {
      length = LONGEST_PAUSE;
    }
    log.error("recording not registered live={} again={}", ticket.liveId(), length, error);
    pauses.put(ticket.liveId(), new Pause(clock.instant().plus(length), length));
  }

  private Future<Void> finishDeletions(List<Doomed> doomed) {
    Future<Void> all = Future.succeededFuture();
    for (Doomed one : doomed) {
      all = all.compose(before -> finish(one));
    }
    return all.otherwiseEmpty();
  }

  /**
   * Whoever wrote the note was allowed to, and a row that still stands may go any moment: MySQL may
   * carry out late what it did not answer.
   *
   * @return fails when it has no sense to go on with others now
   */
  private Future<Void> finish(Doomed doomed) {
    return videos
        .deleteForLive(doomed.liveId())
        .compose(deleted -> folder.removeDoomed(doomed.liveId(), doomed.file()))
        .onSuccess(removed -> log.info("deletion finished live={}", doomed.liveId()))
        .recover(
            error -> {
              log.warn("deletion waits live={} error={}", doomed.liveId(), error.toString());
              return isAway(error) ? Future.failedFuture(error) : Future.succeededFuture();
            });
  }

  private static boolean isAway(Throwable error) {
    return error instanceof FailureException f && f.failure() == Failure.UNAVAILABLE;
  }
}
