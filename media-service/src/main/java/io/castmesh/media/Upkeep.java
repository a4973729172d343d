package io.castmesh.media;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Presence;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.live.Lives;
import io.castmesh.media.recording.Recordings;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.kurento.client.MediaObject;
import org.kurento.client.MediaPipeline;
import org.kurento.client.RecorderEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done from time to time: renew leases, find clients that vanished without a word,
 * clear up after instances that died.
 */
final class Upkeep {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

  private final Bus bus;
  private final Registry registry;
  private final MediaSessions sessions;
  private final Lives lives;
  private final CallsMedia calls;
  private final Recordings recordings;
  private final MediaService service;
  private final KurentoLinks links;
  private final long youngMillis;

  private boolean asserting;

  /** Until then others may not have been able to renew their leases. */
  private long trustLeasesFrom = System.nanoTime();

  /** Clients that were missing in the last round: twice missing is gone. */
  private Set<String> missing = Set.of();

  /**
   * @param young a client is asserted by its gateway before it can have media; one whose media is
   *     younger than this is not looked for, lest its gateway is late
   */
  Upkeep(
      Bus bus,
      Registry registry,
      MediaSessions sessions,
      Lives lives,
      CallsMedia calls,
      Recordings recordings,
      MediaService service,
      KurentoLinks links,
      Duration young) {
    this.bus = bus;
    this.registry = registry;
    this.sessions = sessions;
    this.lives = lives;
    this.calls = calls;
    this.recordings = recordings;
    this.service = service;
    this.links = links;
    this.youngMillis = young.toMillis();
  }

  /**
   * Says that this instance is alive, and what it has; also after Redis has lost everything. The
   * lease does not wait for what is said: room-service may be slow to hear it.
   */
  Future<?> renew() {
    return registry.renew().onSuccess(renewed -> assertAll());
  }

  private void assertAll() {
    if (asserting) {
      return;
    }
    asserting = true;
    lives.assertAll().eventually(calls::assertAll).onComplete(done -> asserting = false);
  }

  /** Ends the media of clients whose presence leases are gone though nobody was told. */
  Future<?> findVanishedClients() {
    List<String> clients = sessions.clientsOlderThan(youngMillis);
    if (clients.isEmpty()) {
      missing = Set.of();
      return Future.succeededFuture();
    }
    return bus.ask(Presence.ALIVE, new Presence.AliveQuery(clients))
        .onSuccess(
            alive -> {
              Set<String> gone = new HashSet<>(clients);
              gone.removeAll(Set.copyOf(alive.sessionIds()));
              Set<String> before = missing;
              missing = gone;
              gone.stream().filter(before::contains).forEach(service::sessionEnded);
            });
  }

  /** Ends lives whose instance is dead: of several that find one, the first removes it. */
  Future<?> clearUpAfterTheDead() {
    if (System.nanoTime() - trustLeasesFrom < 0) {
      return Future.succeededFuture();
    }
    return findTheDead()
        .onFailure(away -> trustLeasesFrom = System.nanoTime() + registry.leaseNanos());
  }

  private Future<Void> findTheDead() {
    return registry
        .lives()
        .compose(
            all ->
                registry
                    .alive(all.stream().map(LiveRecord::instance).toList())
                    .compose(
                        alive -> {
                          Future<Void> done = Future.succeededFuture();
                          for (LiveRecord live : all) {
                            if (!alive.contains(live.instance()) && !lives.has(live.liveId())) {
                              done = done.compose(before -> clearUp(live));
                            }
                          }
                          return done;
                        }));
  }

  private Future<Void> clearUp(LiveRecord live) {
    // Told first: it is told once however often it is said, and a live that nobody was told of
    // would be found again.
    return bus.ask(Audience.CLOSE, new Audience.Close(live.liveId(), "failed"))
        .compose(told -> registry.remove(live.liveId()))
        .compose(
            first -> {
              if (!first) {
                return Future.succeededFuture();
              }
              log.info("live of a dead instance is ended live={}", live.liveId());
              return releasePipeline(live)
                  .transform(released -> recordings.announceLost(live.liveId()));
            });
  }

  /** The media server may have lived on, still recording: the file is finished first. */
  private Future<Void> releasePipeline(LiveRecord live) {
    return links
        .of(live.server())
        .filter(KurentoLink::up)
        .map(
            link ->
                link.<Void>call(
                    "pipeline of a dead instance",
                    client -> {
                      MediaPipeline pipeline = client.getById(live.pipeline(), MediaPipeline.class);
                      for (MediaObject child : pipeline.getChildren()) {
                        if (child instanceof RecorderEndpoint recorder) {
                          recorder.stopAndWait();
                        }
                      }
                      KurentoLink.releaseNow(pipeline);
                      return null;
                    }))
        .orElseGet(Future::succeededFuture);
  }
}
