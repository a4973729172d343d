package io.castmesh.media.ownership;

import io.castmesh.contract.Done;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Handover;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.live.Lives;
import io.castmesh.media.placement.Placement;
import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands over what this instance has when it stops.
 *
 * <p>Confined to the event loop of media-service.
 */
public final class Departure {
  private static final Logger log = LoggerFactory.getLogger(Departure.class);

  /** Lives and calls that another instance is asked to take over in one question. */
  private static final int IN_ONE_QUESTION = 32;

  /** For offers that are being answered when this instance is told to stop. */
  private static final long SETTLE_MILLIS = 3_000;

  /** For others that are about to be ready, or that could not be asked. */
  private static final long TAKEN_MILLIS = 4_000;

  /** For what stands to be written down; without Redis it is not. */
  private static final long WRITTEN_MILLIS = 4_000;

  private static final long LOOK_MILLIS = 100;

  /** Another instance, with what it has been asked to take over. */
  private record Other(String instance, Set<MediaKey> asked) {}

  private final Vertx vertx;
  private final Bus bus;
  private final Instances instances;
  private final Placement placement;
  private final Lives lives;
  private final CallsMedia calls;
  private final Succession succession;

  public Departure(
      Vertx vertx,
      Bus bus,
      Instances instances,
      Placement placement,
      Lives lives,
      CallsMedia calls,
      Succession succession) {
    this.vertx = vertx;
    this.bus = bus;
    this.instances = instances;
    this.placement = placement;
    this.lives = lives;
    this.calls = calls;
    this.succession = succession;
  }

  /**
   * Offers in flight are answered first, then others take over. What they have not taken is left as
   * it is as long as one of them stays: it finds it with its media. Without any it is ended, and
   * recordings are finished as long as that can be done.
   */
  public Future<Void> leave() {
    succession.leave();
    instances.depart();
    return settle(until(SETTLE_MILLIS))
        .compose(settled -> write())
        .compose(written -> handOverUntil(until(TAKEN_MILLIS)))
        .otherwiseEmpty()
        .compose(asked -> keys().isEmpty() ? Future.succeededFuture() : leaveTheRest());
  }

  private static long until(long millis) {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** So that whoever goes on has it all; what another has taken by now is left to it. */
  private Future<Void> write() {
    return lives
        .write()
        .eventually(calls::write)
        .timeout(WRITTEN_MILLIS, TimeUnit.MILLISECONDS)
        .otherwiseEmpty();
  }

  /** In a rolling restart the others have only just come: this one may not have heard of them. */
  private Future<Void> handOverUntil(long until) {
    return instances
        .renew(placement.state())
        .otherwise(false)
        .compose(
            known ->
                handOverTo(
                    instances.staying().stream()
                        .map(other -> new Other(other, new HashSet<>()))
                        .collect(Collectors.toCollection(ArrayDeque::new))))
        .compose(
            done -> {
              boolean again =
                  !keys().isEmpty()
                      && !instances.staying().isEmpty()
                      && System.nanoTime() - until < 0;
              return again
                  ? vertx
                      .timer(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                      .compose(waited -> handOverUntil(until))
                  : Future.succeededFuture();
            });
  }

  private Future<Void> leaveTheRest() {
    return anyStays()
        .compose(
            stays -> {
              if (!stays) {
                return write().compose(w -> Future.join(lives.endAll(), calls.endAll()).mapEmpty());
              }
              log.warn("left for others to find count={}", keys().size());
              keys().forEach(this::letGo);
              return Future.succeededFuture();
            });
  }

  private Future<Boolean> anyStays() {
    List<Future<Done>> asked =
        instances.staying().stream()
            .map(other -> bus.ask(Media.PROBE.at(other), new Media.Probe()))
            .toList();
    return asked.isEmpty()
        ? Future.succeededFuture(false)
        : Future.any(asked).map(true).otherwise(false);
  }

  private Future<Void> settle(long until) {
    boolean busy = succession.busy() || keys().stream().anyMatch(this::busy);
    return busy && System.nanoTime() - until < 0
        ? vertx.timer(LOOK_MILLIS, TimeUnit.MILLISECONDS).compose(waited -> settle(until))
        : Future.succeededFuture();
  }

  private boolean busy(MediaKey key) {
    return switch (key.kind()) {
      case LIVE -> lives.busy(key.id());
      case CALL -> calls.busy(key.id());
    };
  }

  private List<MediaKey> keys() {
    List<MediaKey> keys = new ArrayList<>(lives.keys());
    keys.addAll(calls.keys());
    return keys;
  }

  /** In turn, so that nobody gets all of it; everybody is asked once for each live and call. */
  private Future<Void> handOverTo(Queue<Other> others) {
    Other other = others.poll();
    if (other == null) {
      return Future.succeededFuture();
    }
    List<MediaKey> some =
        keys().stream().filter(key -> !other.asked().contains(key)).limit(IN_ONE_QUESTION).toList();
    if (some.isEmpty()) {
      return handOverTo(others);
    }
    other.asked().addAll(some);
    List<String> texts = some.stream().map(MediaKey::text).toList();
    return bus.ask(Media.PROBE.at(other.instance()), new Media.Probe())
        .compose(
            alive ->
                bus.ask(Media.ADOPT.at(other.instance()), new Handover(instances.own(), texts)))
        .onSuccess(
            taken -> {
              if (!taken.keys().isEmpty()) {
                log.info("handed over to={} count={}", other.instance(), taken.keys().size());
              }
              taken.keys().forEach(text -> MediaKey.ofText(text).ifPresent(this::letGo));
              others.add(other);
            })
        .transform(done -> handOverTo(others));
  }

  private void letGo(MediaKey key) {
    switch (key.kind()) {
      case LIVE -> lives.handOver(key.id());
      case CALL -> calls.handOver(key.id());
    }
  }
}
