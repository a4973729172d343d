package io.castmesh.media.live;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.registry.SessionRecord;
import io.castmesh.media.session.MediaSession;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import java.util.HashMap;
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

  /** What cannot be written down now is when {@link #write} comes round. */
  Future<Void> put(Live live, MediaSession session) {
    SessionRecord record = session.record();
    return registry
        .put(live.key(), record)
        .onFailure(away -> live.written(session, false))
        .onSuccess(
            put -> {
              if (record.equals(session.record())) {
                live.written(session, true);
              }
            })
        .compose(put -> put(live, put));
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

  /**
   * Writes down again that the live stands, with its presenter and those that could not be written
   * down: whoever goes on with it ends what it does not find.
   */
  Future<Void> write(Live live) {
    Future<Void> all = put(live).compose(put -> put(live, live.presenter()));
    for (MediaSession viewer : live.unwritten()) {
      all = all.compose(before -> viewer.closed() ? Future.succeededFuture() : put(live, viewer));
    }
    return all.onFailure(error -> failed(live, error));
  }

  /** Says again that the live stands, who presents it, and whom room-service may not count. */
  Future<Void> tell(Live live) {
    Future<Void> all =
        registry
            .claimPresenter(live.presenter().caller().userId(), live.id())
            .compose(claimed -> open(live))
            .onFailure(error -> failed(live, error));
    for (MediaSession viewer : live.uncounted()) {
      all =
          all.compose(
              before -> viewer.closed() ? Future.succeededFuture() : join(live, viewer, true));
    }
    return all;
  }

  /**
   * @param again the viewer was counted in before
   */
  Future<Void> join(Live live, MediaSession viewer, boolean again) {
    return bus.ask(Audience.JOIN, new Audience.Join(live.id(), viewer.caller(), again))
        .onSuccess(size -> live.counted(viewer))
        .mapEmpty();
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
