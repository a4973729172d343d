package io.castmesh.gateway.moderation;

import io.castmesh.contract.Clients;
import io.castmesh.gateway.moderation.Sanction.Kind;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All mutes and bans that hold, in memory: whoever asks has the answer at once, also while MySQL is
 * away. Some 300 bytes each. News of a change make this gateway read it; what news were lost is
 * found in the table within seconds.
 *
 * <p>Belongs to the gateway's event loop.
 */
public final class Sanctions {
  private static final Logger log = LoggerFactory.getLogger(Sanctions.class);

  private static final long LOOK_MILLIS = 3_000;

  /** A transaction that began earlier may be seen later. */
  private static final long MARGIN_MILLIS = 30_000;

  /** What becomes of people. */
  public interface Listener {
    /** It holds from now on, or has another reason or end. */
    void imposed(Sanction sanction);

    /** It holds no more. */
    void ended(Sanction sanction);
  }

  private final Vertx vertx;
  private final Bus bus;
  private final SanctionStore store;
  private final Clock clock;
  private final Map<String, Map<Kind, Sanction>> byUser = new HashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private boolean looking;
  private long seen;
  private long timer = -1;

  public Sanctions(Vertx vertx, Bus bus, SanctionStore store, Clock clock) {
    this.vertx = vertx;
    this.bus = bus;
    this.store = store;
    this.clock = clock;
  }

  /** Completes when all are known: nobody is let in before. */
  public Future<Void> start() {
    return bus.listen(
            Clients.SANCTIONED,
            news -> store.of(news.userId()).onSuccess(this::take).onFailure(this::away),
            this::look)
        .compose(listening -> store.all())
        .map(
            read -> {
              take(read);
              timer = vertx.setPeriodic(LOOK_MILLIS, tick -> look());
              return null;
            });
  }

  public void stop() {
    vertx.cancelTimer(timer);
  }

  public void onChange(Listener listener) {
    listeners.add(listener);
  }

  /** Why a person may not be seen, heard or read now. */
  public Optional<Sanction> mute(String userId) {
    return find(userId, Kind.MUTE);
  }

  /** Why a person may not come in now. */
  public Optional<Sanction> ban(String userId) {
    return find(userId, Kind.BAN);
  }

  /**
   * @throws io.castmesh.contract.FailureException {@code BANNED}
   */
  public void requireNotBanned(String userId) {
    ban(userId)
        .ifPresent(
            ban -> {
              throw ban.failure();
            });
  }

  /**
   * @throws io.castmesh.contract.FailureException {@code MUTED}
   */
  public void requireNotMuted(String userId) {
    mute(userId)
        .ifPresent(
            mute -> {
              throw mute.failure();
            });
  }

  /** All of a person that hold; reads them, and tells every gateway to read them. */
  public Future<Void> changed(String userId) {
    bus.emit(Clients.SANCTIONED, new Clients.Sanctioned(userId));
    return store.of(userId).onSuccess(this::take).mapEmpty();
  }

  private Optional<Sanction> find(String userId, Kind kind) {
    Map<Kind, Sanction> all = byUser.get(userId);
    return all == null
        ? Optional.empty()
        : Optional.ofNullable(all.get(kind)).filter(one -> one.holds(clock.instant()));
  }

  private void look() {
    if (looking) {
      return;
    }
    looking = true;
    store
        .changed(seen - MARGIN_MILLIS)
        .onSuccess(this::take)
        .onFailure(this::away)
        .onComplete(
            read -> {
              looking = false;
              forgetEnded();
            });
  }

  private void away(Throwable error) {
    log.warn("sanctions not read, will be again error={}", error.getMessage());
  }

  private void take(SanctionStore.Read read) {
    seen = Math.max(seen, read.now());
    read.items().forEach(this::take);
  }

  private void take(Sanction sanction) {
    Map<Kind, Sanction> all = byUser.computeIfAbsent(sanction.userId(), first -> kinds());
    Sanction before = all.get(sanction.kind());
    if (sanction.holds(clock.instant())) {
      all.put(sanction.kind(), sanction);
      if (!sanction.equals(before)) {
        listeners.forEach(one -> one.imposed(sanction));
      }
    } else if (before == null || !before.since().isAfter(sanction.since())) {
      forget(sanction);
    }
  }

  private static Map<Kind, Sanction> kinds() {
    return new EnumMap<>(Kind.class);
  }

  private void forgetEnded() {
    Instant now = clock.instant();
    List<Sanction> ended = new ArrayList<>();
    byUser
        .values()
        .forEach(all -> all.values().stream().filter(one -> !one.holds(now)).forEach(ended::add));
    ended.forEach(this::forget);
  }

  private void forget(Sanction sanction) {
    Map<Kind, Sanction> all = byUser.getOrDefault(sanction.userId(), Map.of());
    Sanction before = all.isEmpty() ? null : all.remove(sanction.kind());
    if (byUser.getOrDefault(sanction.userId(), Map.of()).isEmpty()) {
      byUser.remove(sanction.userId());
    }
    if (before != null) {
      listeners.forEach(one -> one.ended(before));
    }
  }
}
