package io.castmesh.media.ownership;

import io.castmesh.contract.Media;
import io.castmesh.contract.Media.HandedOver;
import io.castmesh.contract.Media.Handover;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.live.Lives;
import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.registry.SideBySide;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.metrics.Counters;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what dead instances had, and what others hand over. An instance is dead when its lease
 * has run out, or its node has been seen to die, and it does not answer on the bus either: a Redis
 * that has come back with old leases kills nobody.
 *
 * <p>Confined to the event loop of media-service.
 */
public final class Succession {
  private static final Logger log = LoggerFactory.getLogger(Succession.class);

  /** For an instance that is connected to a media server to take over what is on it. */
  private static final long REACH_NANOS = 3_000_000_000L;

  private final Bus bus;
  private final Registry registry;
  private final Instances instances;
  private final KurentoLinks links;
  private final Lives lives;
  private final CallsMedia calls;
  private final Runnable onDeath;
  private final Counters adopted;
  private final Set<MediaKey> adopting = new HashSet<>();

  /** Since when others have not taken over what they can reach, and this one cannot. */
  private final Map<MediaKey, Long> outOfReach = new HashMap<>();

  /** What this instance owned at the last look, and had not. */
  private Set<MediaKey> mislaid = Set.of();

  private boolean leaving;

  /** Until then others may not have been able to renew their leases. */
  private long trustLeasesFrom = System.nanoTime();

  /**
   * @param onDeath what is done when an instance has died, and its lives and calls have been taken
   *     over
   */
  public Succession(
      Bus bus,
      Registry registry,
      Instances instances,
      KurentoLinks links,
      Lives lives,
      CallsMedia calls,
      Runnable onDeath,
      Counters adopted) {
    this.bus = bus;
    this.registry = registry;
    this.instances = instances;
    this.links = links;
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
              outOfReach.keySet().retainAll(left.keySet());
              return left.isEmpty() ? Future.succeededFuture() : confirm(left);
            });
  }

  /**
   * Looks for what this instance owns, as Redis says, and has not: Redis has carried out a takeover
   * without an answer. Twice in a row, for what is under way; then it is adopted.
   */
  public Future<?> lookForTheMislaid() {
    if (leaving) {
      return Future.succeededFuture();
    }
    return registry
        .owners()
        .compose(
            owners -> {
              Set<MediaKey> missing = new HashSet<>();
              owners.forEach(
                  (key, owner) -> {
                    if (owner.equals(instances.own()) && isMislaid(key)) {
                      missing.add(key);
                    }
                  });
              List<MediaKey> again = missing.stream().filter(mislaid::contains).toList();
              mislaid = missing;
              return again.isEmpty() ? Future.succeededFuture() : adoptOwn(again);
            });
  }

  private boolean isMislaid(MediaKey key) {
    boolean ends = key.kind() == MediaKey.Kind.CALL && calls.ending(key.id());
    return !has(key) && !adopting.contains(key) && !ends && !registry.removing(key);
  }

  private Future<Void> adoptOwn(List<MediaKey> keys) {
    log.warn("owned, and not here count={}", keys.size());
    Future<Void> all = Future.succeededFuture();
    for (MediaKey key : keys) {
      all =
          all.compose(
              before -> !leaving && isMislaid(key) ? adoptOwn(key) : Future.succeededFuture());
    }
    return all;
  }

  private Future<Void> adoptOwn(MediaKey key) {
    adopting.add(key);
    return adopt(key)
        .transform(
            done -> {
              adopting.remove(key);
              tell(key, done);
              return Future.succeededFuture();
            });
  }

  private void tell(MediaKey key, AsyncResult<Boolean> adoption) {
    if (adoption.succeeded() && adoption.result()) {
      adopted.of(key.kind().name().toLowerCase(Locale.ROOT)).increment();
    } else if (adoption.failed()) {
      log.warn("not adopted key={} error={}", key.text(), adoption.cause().toString());
    }
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
                            return takeOver(keys, instance, true)
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
    return takeOver(keys, handover.from(), false)
        .map(taken -> new HandedOver(taken.stream().map(MediaKey::text).toList()));
  }

  /**
   * Answers what is here now. What is on a media server that only others are connected to is theirs
   * to take: here it would be lost.
   */
  private Future<List<MediaKey>> takeOver(List<MediaKey> keys, String from, boolean dead) {
    List<MediaKey> taken = new ArrayList<>();
    return SideBySide.each(
            keys,
            key ->
                registry
                    .server(key)
                    .compose(
                        server ->
                            server.isEmpty() || isFor(key, server.get(), from, dead)
                                ? takeOver(key, from, taken)
                                : Future.succeededFuture())
                    .onFailure(error -> notTaken(key, error)))
        .map(taken);
  }

  /** What nobody else can reach, or has not taken for a while, is better lost than with nobody. */
  private boolean isFor(MediaKey key, String server, String from, boolean dead) {
    if (links.up(server).isPresent()) {
      return true;
    }
    if (!dead || !instances.upForOthers(server, from)) {
      return dead;
    }
    long now = System.nanoTime();
    return now - outOfReach.computeIfAbsent(key, first -> now) >= REACH_NANOS;
  }

  private static void notTaken(MediaKey key, Throwable error) {
    log.warn("not taken over key={} error={}", key.text(), error.toString());
  }

  private Future<Void> takeOver(MediaKey key, String from, List<MediaKey> taken) {
    if (!adopting.add(key)) {
      return Future.succeededFuture(); // it has been found before, and is being taken over
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
                  .transform(
                      done -> {
                        tell(key, done);
                        return Future.<Void>succeededFuture();
                      });
            })
        .onComplete(done -> adopting.remove(key));
  }

  private Future<Boolean> adopt(MediaKey key) {
    return switch (key.kind()) {
      case LIVE -> lives.adopt(key.id());
      case CALL -> calls.adopt(key.id());
    };
  }

  /** This instance stops: it takes over nothing more. */
  void leave() {
    leaving = true;
  }

  /** Whether something is being adopted. */
  boolean busy() {
    return !adopting.isEmpty();
  }
}
