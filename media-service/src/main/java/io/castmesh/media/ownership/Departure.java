package io.castmesh.media.ownership;

import io.castmesh.contract.Media;
import io.castmesh.contract.Media.HandedOver;
import io.castmesh.contract.Media.Handover;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.live.Lives;
import io.castmesh.media.placement.Placement;
import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

  private static final long LOOK_MILLIS = 100;

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
   * Offers in flight are answered first, then others take over. Completes when they have, or when
   * nobody is left who could; what is still here then has to be ended.
   */
  public Future<Void> handOver() {
    succession.leave();
    return settle(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS))
        .compose(
            settled ->
                handOverUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TAKEN_MILLIS)));
  }

  /** In a rolling restart the others have only just come: this one may not have heard of them. */
  private Future<Void> handOverUntil(long until) {
    return instances
        .renew(placement.state())
        .otherwise(false)
        .compose(known -> handOverTo(new ArrayList<>(instances.others())))
        .compose(
            done -> {
              boolean again =
                  !keys().isEmpty()
                      && !instances.others().isEmpty()
                      && System.nanoTime() - until < 0;
              return again
                  ? vertx
                      .timer(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                      .compose(waited -> handOverUntil(until))
                  : Future.succeededFuture();
            });
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

  /** In turn, so that nobody gets all of it; who does not take anything is not asked again. */
  private Future<Void> handOverTo(List<String> others) {
    List<MediaKey> left = keys();
    if (left.isEmpty() || others.isEmpty()) {
      return Future.succeededFuture();
    }
    String other = others.remove(0);
    List<String> some = left.stream().limit(IN_ONE_QUESTION).map(MediaKey::text).toList();
    return bus.ask(Media.PROBE.at(other), new Media.Probe())
        .compose(alive -> bus.ask(Media.ADOPT.at(other), new Handover(instances.own(), some)))
        .otherwise(new HandedOver(List.of()))
        .compose(
            taken -> {
              if (!taken.keys().isEmpty()) {
                log.info("handed over to={} count={}", other, taken.keys().size());
                others.add(other);
              }
              taken.keys().forEach(text -> MediaKey.ofText(text).ifPresent(this::letGo));
              return handOverTo(others);
            });
  }

  private void letGo(MediaKey key) {
    switch (key.kind()) {
      case LIVE -> lives.handOver(key.id());
      case CALL -> calls.handOver(key.id());
    }
  }
}
