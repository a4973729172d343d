package io.castmesh.media.ownership;

import io.castmesh.contract.Media;
import io.castmesh.contract.Media.HandedOver;
import io.castmesh.contract.Media.Handover;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.live.Lives;
import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.Registry;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.metrics.Counters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what dead instances had, and hands over what this one has when it stops. An instance
 * is dead when its lease has run out, or its node has been seen to die, and it does not answer on
 * the bus either: a Redis that has come back with old leases kills nobody.
 *
 * <p>Confined to the event loop of media-service.
 */
public final class Succession {
  private static final Logger log = LoggerFactory.getLogger(Succession.class);

  /** Lives and calls that are taken over side by side. */
  private static final int AT_ONCE = 8;

  /** Lives and calls that another instance is asked to take over in one question. */
  private static final int IN_ONE_QUESTION = 32;

  /** For offers that are being answered when this instance is told to stop. */
  private static final long SETTLE_MILLIS = 3_000;

  private static final long LOOK_MILLIS = 100;

  private final Vertx vertx;
  private final Bus bus;
  private final Registry registry;
  private final Instances instances;
  private final Lives lives;
  private final CallsMedia calls;
  private final Runnable onDeath;
  private final Counters adopted;
  private final Set<MediaKey> adopting = new HashSet<>();
  private boolean leaving;

  /** Until then others may not have been able to renew their leases. */
  private long trustLeasesFrom = System.nanoTime();

  /**
   * @param onDeath what is done when an instance has died, and its lives and calls have been taken
   *     over
   */
  public Succession(
      Vertx vertx,
      Bus bus,
      Registry registry,
      Instances instances,
      Lives lives,
      CallsMedia calls,
      Runnable onDeath,
      Counters adopted) {
    this.vertx = vertx;
    this.bus = bus;
    this.registry = registry;
    this.instances = instances;
    this.lives = lives;
    this.calls = calls;
    this.onDeath = onDeath;
    this.adopted = adopted;
  }

  public boolean has(MediaKey key) {
    return !adopting.contains(key)
        && switch (key.kind()) {
          case LIVE -> lives.has(key.id());
          case CALL -> calls.has(key.id());
        };
  }

  /** Whether this instance owns it and is about to have it. */
  public boolean adopting(MediaKey key) {
    return adopting.contains(key);
  }

  /** Whether this instance stops. */
  public boolean leaving() {
    return leaving;
  }

  /** Looks for what dead instances have left: of several that find something, one takes it over. */
  public Future<?> lookForTheDead() {
    if (leaving || System.nanoTime() - trustLeasesFrom < 0) {
      return Future.succeededFuture();
    }
    return registry
        .ofTheDead()
        .onFailure(away -> trustLeasesFrom = System.nanoTime() + instances.lease().toNanos())
        .compose(
            left -> {
              left.values().removeIf(instances.own()::equals);
              return left.isEmpty() ? Future.succeededFuture() : confirm(left);
            });
  }

  /** A node has died, as its closed connections say. */
  public Future<?> died(String node) {
    return instances.died(node).compose(ran -> ran ? lookForTheDead() : Future.succeededFuture());
  }

  private Future<Void> confirm(Map<MediaKey, String> left) {
    Future<Void> all = Future.succeededFuture();
    for (String instance : Set.copyOf(left.values())) {
      List<MediaKey> keys =
          left.entrySet().stream()
              .filter(one -> one.getValue().equals(instance))
              .map(Map.Entry::getKey)
              .toList();
      all =
          all.compose(
              before ->
                  bus.ask(Media.PROBE.at(instance), new Media.Probe())
                      .transform(
                          answer -> {
                            if (answer.succeeded()) {
                              return Future.succeededFuture();
                            }
                            log.warn("instance is dead instance={} has={}", instance, keys.size());
                            return takeOver(keys, instance)
                                .onComplete(done -> onDeath.run())
                                .mapEmpty();
                          }));
    }
    return all;
  }

  /** Another instance stops and hands over. */
  public Future<HandedOver> adopt(Handover handover) {
    List<MediaKey> keys = new ArrayList<>();
    if (!leaving) {
      handover.keys().forEach(text -> MediaKey.ofText(text).ifPresent(keys::add));
    }
    return takeOver(keys, handover.from())
        .map(taken -> new HandedOver(taken.stream().map(MediaKey::text).toList()));
  }

  /** Answers what is here now. */
  private Future<List<MediaKey>> takeOver(List<MediaKey> keys, String from) {
    List<MediaKey> taken = new ArrayList<>();
    List<MediaKey> waiting = new ArrayList<>(keys);
    List<Future<Void>> lanes = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      lanes.add(next(waiting, from, taken));
    }
    return Future.join(lanes).map(taken).otherwise(taken);
  }

  private Future<Void> next(List<MediaKey> waiting, String from, List<MediaKey> taken) {
    if (waiting.isEmpty()) {
      return Future.succeededFuture();
    }
    MediaKey key = waiting.remove(0);
    if (!adopting.add(key)) {
      return next(waiting, from, taken); // it has been found before, and is being taken over
    }
    return registry
        .takeOver(key, from)
        .compose(
            first -> {
              if (!first) {
                return Future.succeededFuture();
              }
              taken.add(key);
              return adopt(key)
                  .onSuccess(
                      done -> adopted.of(key.kind().name().toLowerCase(Locale.ROOT)).increment());
            })
        .transform(
            done -> {
              adopting.remove(key);
              if (done.failed()) {
                log.warn("not adopted key={} error={}", key.text(), done.cause().toString());
              }
              return next(waiting, from, taken);
            });
  }

  private Future<Void> adopt(MediaKey key) {
    return switch (key.kind()) {
      case LIVE -> lives.adopt(key.id());
      case CALL -> calls.adopt(key.id());
    };
  }

  /**
   * This instance stops: offers in flight are answered first, then others take over. Completes when
   * they have, or when nobody is left who could; what is still here then has to be ended.
   */
  public Future<Void> handOver() {
    leaving = true;
    return settle(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS))
        .compose(settled -> handOverTo(new ArrayList<>(new LinkedHashSet<>(instances.others()))));
  }

  private Future<Void> settle(long until) {
    boolean busy = !adopting.isEmpty() || keys().stream().anyMatch(this::busy);
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
