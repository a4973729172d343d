package io.castmesh.media.live;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSession;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lives down for other instances, and tells room-service of them; says it again when it may
 * have been lost. Confined to the event loop.
 */
final class LiveKeeper {
  private static final Logger log = LoggerFactory.getLogger(LiveKeeper.class);

  private final Bus bus;
  private final Registry registry;
  private final Consumer<Live> onTaken;
  private final Consumer<Live> onOver;

  /** Why lives have ended of which room-service does not know it yet. */
  private final Map<String, String> untold = new HashMap<>();

  /**
   * @param onTaken another instance owns the live now
   * @param onOver everybody has been told that the live is over
   */
  LiveKeeper(Bus bus, Registry registry, Consumer<Live> onTaken, Consumer<Live> onOver) {
    this.bus = bus;
    this.registry = registry;
    this.onTaken = onTaken;
    this.onOver = onOver;
  }

  Future<Void> put(Live live) {
    return registry.put(live.record()).compose(put -> put(live, put));
  }

  Future<Void> put(Live live, MediaSession session) {
    return registry.put(live.key(), session.record()).compose(put -> put(live, put));
  }

  private Future<Void> put(Live live, boolean stillOurs) {
    if (!stillOurs) {
      onTaken.accept(live);
      return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception("another instance has it"));
    }
    // It may have ended while it was written down: what was put is taken away again.
    return live.over() && !live.handedOver()
        ? registry.remove(live.key())
        : Future.succeededFuture();
  }

  Future<Void> remove(Live live, MediaSession session) {
    return live.over()
        ? Future.succeededFuture()
        : registry.removeSession(live.key(), session.id(), session.caller().sessionId());
  }

  Future<Void> open(Live live) {
    return bus.ask(Audience.OPEN, new Audience.Open(live.id(), live.presenter().caller()))
        .mapEmpty();
  }

  /** room-service tells everybody; the live does not wait for it. */
  void tellEnd(String liveId, String reason) {
    untold.put(liveId, reason);
    close(liveId, reason, false).onFailure(error -> log.warn("end not told yet live={}", liveId));
  }

  /** Tells the ends again that nobody has taken. */
  Future<Void> tellEndsAgain() {
    Future<Void> all = Future.succeededFuture();
    for (Map.Entry<String, String> end : Map.copyOf(untold).entrySet()) {
      all = all.compose(before -> close(end.getKey(), end.getValue(), true).otherwiseEmpty());
    }
    return all;
  }

  private Future<Void> close(String liveId, String reason, boolean again) {
    return bus.ask(Audience.CLOSE, new Audience.Close(liveId, reason, again))
        .onSuccess(told -> untold.remove(liveId))
        .mapEmpty();
  }

  /** Says again that the live stands, and who presents it. */
  Future<Void> assertOne(Live live) {
    return put(live)
        .compose(put -> registry.claimPresenter(live.presenter().caller().userId(), live.id()))
        .compose(claimed -> open(live))
        .onFailure(error -> failed(live, error));
  }

  /** Says everything of it again: Redis has lost it. */
  Future<Void> assertAll(Live live) {
    Future<Void> all = assertOne(live).compose(stands -> put(live, live.presenter()));
    for (MediaSession viewer : List.copyOf(live.viewers())) {
      all =
          all.compose(
              before ->
                  viewer.closed()
                      ? Future.succeededFuture()
                      : put(live, viewer).compose(put -> join(live, viewer, true)));
    }
    return all;
  }

  /**
   * @param again the viewer was counted in before
   */
  Future<Void> join(Live live, MediaSession viewer, boolean again) {
    return bus.ask(Audience.JOIN, new Audience.Join(live.id(), viewer.caller(), again)).mapEmpty();
  }

  private void failed(Live live, Throwable error) {
    if (live.handedOver()) {
      return;
    }
    if (live.over()) {
      registry.remove(live.key());
      registry.freePresenter(live.presenter().caller().userId(), live.id());
    } else if (error instanceof FailureException known
        && known.failure() == Failure.LIVE_NOT_FOUND) {
      onOver.accept(live);
    } else {
      log.warn("live not asserted live={} error={}", live.id(), error.toString());
    }
  }
}
