package io.castmesh.gateway.session;

import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Assertion;
import io.castmesh.contract.Presence.Holder;
import io.castmesh.contract.Presence.HoldersQuery;
import io.castmesh.contract.Presence.Withdrawal;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import io.vertx.core.Timer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says every few seconds, and at once after Redis has lost everything, which sessions this gateway
 * holds, and learns which of them another one has. Belongs to the gateway's event loop.
 */
final class SessionPresence {
  private static final Logger log = LoggerFactory.getLogger(SessionPresence.class);

  /** A Redis that comes back empty knows who is online again within ten seconds. */
  private static final long EVERY_MILLIS = 8_000;

  /** A session does not wait longer for a Redis that is away or late. */
  private static final long BEGUN_WITHIN_MILLIS = 500;

  private final Mesh mesh;
  private final Collection<Session> sessions;
  private final Consumer<Holder> elsewhere;
  private final Consumer<String> lost;
  private long timer = -1;

  /**
   * @param sessions that are held, at any time
   * @param elsewhere hears of sessions that another gateway holds
   * @param lost hears the ids of those that nobody is known to hold: they were withdrawn
   */
  SessionPresence(
      Mesh mesh, Collection<Session> sessions, Consumer<Holder> elsewhere, Consumer<String> lost) {
    this.mesh = mesh;
    this.elsewhere = elsewhere;
    this.sessions = sessions;
    this.lost = lost;
  }

  void start() {
    timer = mesh.vertx().setPeriodic(EVERY_MILLIS, tick -> say(sessions));
    mesh.redis().onEmptied(() -> say(sessions));
  }

  void stop() {
    mesh.vertx().cancelTimer(timer);
  }

  /**
   * A session begins: who is told that it has may be called and is seen by others at once, or,
   * where that takes long, soon. Never fails.
   */
  Future<Void> begun(Session session) {
    Timer patience = mesh.vertx().timer(BEGUN_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
    Future<Void> said = say(List.of(session)).onComplete(done -> patience.cancel());
    return Future.any(said, patience).mapEmpty();
  }

  /** A session has ended; never fails. */
  Future<Void> ended(Session session) {
    return mesh.bus()
        .ask(
            Presence.WITHDRAW,
            new Withdrawal(
                mesh.node(), session.ref().sessionId(), session.user().id(), session.moves()))
        .onFailure(error -> log.warn("presence not withdrawn error={}", error.getMessage()))
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  /** They are not held here any more: what still comes for them follows them. */
  private void find(List<String> gone) {
    if (gone.isEmpty()) {
      return;
    }
    mesh.bus()
        .ask(Presence.HOLDERS, new HoldersQuery(gone))
        .map(Presence.Holders::items)
        .otherwise(List.of())
        .onSuccess(
            holders -> {
              List<String> left = new ArrayList<>(gone);
              for (Holder holder : holders) {
                if (!holder.node().equals(mesh.node()) && left.remove(holder.sessionId())) {
                  elsewhere.accept(holder);
                }
              }
              left.forEach(lost);
            });
  }

  /** Never fails. */
  private Future<Void> say(Collection<Session> held) {
    if (held.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Presence.Session> list = new ArrayList<>();
    held.forEach(session -> list.add(session.presence()));
    return mesh.bus()
        .ask(Presence.ASSERT, new Assertion(mesh.node(), list))
        .onSuccess(asserted -> find(asserted.lost()))
        .onFailure(error -> log.warn("presence not asserted error={}", error.getMessage()))
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }
}
