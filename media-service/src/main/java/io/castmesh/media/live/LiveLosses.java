package io.castmesh.media.live;

import io.castmesh.contract.Failure;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.placement.Placement;
import io.castmesh.media.session.MediaSession;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lives whose media server is gone: everybody on them is told, the presenter has a while to come
 * back with a fresh offer, and then the live goes on on another server, in another recording.
 * Confined to the event loop.
 */
final class LiveLosses {
  private static final Logger log = LoggerFactory.getLogger(LiveLosses.class);

  /** For a presenter whose client has to notice, ask its network and offer again. */
  private static final Duration PRESENTER = Duration.ofSeconds(20);

  /** For viewers, who can only come back after the presenter. */
  private static final Duration VIEWERS = Duration.ofSeconds(45);

  /** For an offer of the presenter that is being answered when the time is over. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Lives lives;
  private final Stages stages;
  private final Placement placement;

  LiveLosses(Vertx vertx, Lives lives, Stages stages, Placement placement) {
    this.vertx = vertx;
    this.lives = lives;
    this.stages = stages;
    this.placement = placement;
  }

  /** The live's media server is gone. */
  void lost(Live live) {
    if (live.over()) {
      return;
    }
    log.info("live lost its media server live={}", live.id());
    Optional<Stage> stage = live.loseStage();
    live.presenter().lose();
    live.viewers().forEach(MediaSession::lose);
    stage.ifPresent(one -> leave(one, live));
    await(live);
  }

  /**
   * Finishes the recording: what is on disk is told, for nobody writes it any more. But this
   * instance may be the one that is cut off, and another one may go on with it: that is asked,
   * until somebody can say.
   */
  private void leave(Stage stage, Live live) {
    if (!live.known()) {
      stage.release();
      return;
    }
    lives
        .keeper()
        .put(live)
        .onComplete(
            ours -> stage.release(),
            error -> {
              if (live.handedOver()) {
                stages.handOver(stage);
              } else if (live.over()) {
                stage.release();
              } else {
                log.warn("loss not written down live={} error={}", live.id(), error.getMessage());
                after(ANSWER, () -> leave(stage, live));
              }
            });
  }

  /** A live that was lost, here or where it was before: gives its people their time. */
  void await(Live live) {
    Instant lostAt = live.lostAt();
    Duration gone = Duration.between(lostAt, Instant.now());
    after(PRESENTER.minus(gone), () -> presenterMissing(live, lostAt));
    awaitViewers(live, live.viewers(), VIEWERS.minus(gone));
  }

  /** A viewer alone has lost its media: it is told so, and has its time to come back. */
  void lost(Live live, MediaSession viewer) {
    viewer.loseAlone();
    awaitViewers(live, List.of(viewer), VIEWERS);
  }

  private void awaitViewers(Live live, List<MediaSession> viewers, Duration time) {
    Map<MediaSession, Integer> losses =
        viewers.stream().collect(Collectors.toMap(viewer -> viewer, MediaSession::placement));
    after(time, () -> viewersMissing(live, losses));
  }

  private void after(Duration time, Runnable work) {
    vertx.setTimer(Math.max(1, time.toMillis()), timer -> work.run());
  }

  private void presenterMissing(Live live, Instant lostAt) {
    if (live.over() || !lostAt.equals(live.lostAt())) {
      return;
    }
    if (live.presenter().busy()) {
      after(ANSWER, () -> presenterMissing(live, lostAt));
    } else {
      whileOurs(
          live,
          () -> {
            if (live.presenter().busy()) {
              after(ANSWER, () -> presenterMissing(live, lostAt));
            } else if (!live.over() && lostAt.equals(live.lostAt())) {
              lives.end(live, "media_server_lost");
            }
          },
          () -> presenterMissing(live, lostAt));
    }
  }

  /**
   * @param losses who was lost, and which loss of theirs it was: a later one has its own time
   */
  private void viewersMissing(Live live, Map<MediaSession, Integer> losses) {
    losses.entrySet().removeIf(loss -> !loss.getKey().lostSince(loss.getValue()));
    if (live.over() || losses.isEmpty()) {
      return;
    }
    whileOurs(
        live,
        () -> {
          losses.forEach(
              (viewer, loss) -> {
                if (viewer.lostSince(loss) && !viewer.busy()) {
                  lives.leave(live, viewer);
                }
              });
          if (losses.keySet().stream().anyMatch(MediaSession::busy)) {
            after(ANSWER, () -> viewersMissing(live, losses));
          }
        },
        () -> viewersMissing(live, losses));
  }

  /**
   * This process may have stood still, and the live may be with another instance by now, with all
   * its people: that is asked before anything is ended.
   *
   * @param again what is done later when nobody can say
   */
  private void whileOurs(Live live, Runnable work, Runnable again) {
    lives
        .keeper()
        .put(live)
        .onComplete(
            ours -> work.run(),
            error -> {
              if (!live.over()) {
                after(ANSWER, again);
              }
            });
  }

  /** The presenter comes with a fresh offer: the live is placed again. */
  Future<Void> restage(Live live, String sdpOffer) {
    if (live.over()) {
      return Future.failedFuture(Failure.MEDIA_NOT_FOUND.exception("it has ended"));
    }
    // One that an offer was to be answered on that could not be.
    live.loseStage().ifPresent(Stage::release);
    expect(live, null);
    KurentoLink link = placement.leastLoadedAgain();
    expect(live, link);
    return stages
        .create(live, link, sdpOffer)
        .onFailure(error -> expect(live, null))
        .compose(
            stage -> {
              if (live.over() || live.stage() != null || !link.up()) {
                return stage
                    .release()
                    .compose(gone -> Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception()));
              }
              lives.enter(live, stage);
              log.info("live is placed again live={} server={}", live.id(), link.url());
              return Future.succeededFuture();
            });
  }

  /** Where its people will be: others who choose a server meanwhile have to know. */
  private static void expect(Live live, KurentoLink link) {
    live.presenter().expect(link);
    live.viewers().stream().filter(MediaSession::lost).forEach(viewer -> viewer.expect(link));
  }

  /**
   * For a viewer who comes back.
   *
   * @throws io.castmesh.contract.FailureException {@code MEDIA_FULL}
   */
  void requireRoom(Stage stage) {
    placement.requireRoomAgain(stage.link());
  }
}
