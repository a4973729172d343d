package io.castmesh.media;

import io.castmesh.contract.Presence;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.live.Lives;
import io.castmesh.media.placement.Placement;
import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.life.Freeze;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done from time to time: renew leases, say again what Redis may have lost, find
 * clients that vanished without a word.
 */
final class Upkeep {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

  private final Bus bus;
  private final Registry registry;
  private final Instances instances;
  private final Placement placement;
  private final MediaSessions sessions;
  private final Lives lives;
  private final CallsMedia calls;
  private final MediaService service;
  private final Freeze freeze;
  private final Duration interval;
  private final Absences absences;
  private boolean begun;
  private boolean asserting;

  /** What stands is to be said again at once, whether or not it is being said. */
  private boolean again;

  /**
   * @param freeze after it stood still this process takes nobody for gone
   * @param interval how often vanished clients are looked for; one whose media is younger than this
   *     is not, lest its gateway is late to assert it
   */
  Upkeep(
      Bus bus,
      Registry registry,
      Instances instances,
      Placement placement,
      MediaSessions sessions,
      Lives lives,
      CallsMedia calls,
      MediaService service,
      Freeze freeze,
      Duration interval) {
    this.bus = bus;
    this.registry = registry;
    this.instances = instances;
    this.placement = placement;
    this.sessions = sessions;
    this.lives = lives;
    this.calls = calls;
    this.service = service;
    this.freeze = freeze;
    this.interval = interval;
    // Timers are a little early or late.
    this.absences = new Absences(interval.toNanos() * 3 / 4);
  }

  /**
   * Says that this instance is alive, and learns of the others. A Redis that does not know this
   * instance any more has lost everything, or others have taken this instance for dead: either way
   * everything is said again, and what others own by now is left to them.
   */
  Future<?> renew() {
    return instances
        .renew(placement.state())
        .onSuccess(
            known -> {
              if (begun && !known) {
                log.warn("Redis has forgotten this instance: everything is said again");
                lives.forgotten();
                again = true;
                assertAll();
              }
              begun = true;
            });
  }

  /** Says again what stands; the lease does not wait for it: room-service may be slow to hear. */
  Future<?> assertAll() {
    if (asserting) {
      return Future.succeededFuture();
    }
    asserting = true;
    again = false;
    return lives
        .write()
        .eventually(calls::write)
        .eventually(lives::tell)
        .onComplete(
            done -> {
              asserting = false;
              if (again) {
                assertAll();
              }
            });
  }

  /** Says again what has ended, when nobody could hear it. */
  Future<?> endAgain() {
    return registry.removeAgain().compose(removed -> lives.tellEndsAgain());
  }

  /** Ends the media of clients whose presence leases are gone though nobody was told. */
  Future<?> findVanishedClients() {
    List<String> clients = sessions.clientsOlderThan(interval.toMillis());
    if (clients.isEmpty() || freeze.within(interval)) {
      absences.forget();
      return Future.succeededFuture();
    }
    return bus.ask(Presence.ALIVE, new Presence.AliveQuery(clients))
        .onSuccess(
            alive -> {
              Set<String> gone = new HashSet<>(clients);
              gone.removeAll(Set.copyOf(alive.sessionIds()));
              absences.missing(gone, System.nanoTime()).forEach(service::sessionEnded);
            })
        .onFailure(unknown -> absences.forget());
  }
}
