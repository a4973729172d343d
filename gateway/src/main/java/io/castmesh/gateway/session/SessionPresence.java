package io.castmesh.gateway.session;

import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Assertion;
import io.castmesh.contract.Presence.Holder;
import io.castmesh.contract.Presence.HoldersQuery;
import io.castmesh.contract.Presence.Withdrawal;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import io.vertx.core.Timer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
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

  private static final int SAID_AT_ONCE = 2_000;

  private final Mesh mesh;
  private final Collection<Session> sessions;
  private final BiConsumer<Session, Holder> elsewhere;
  private final Consumer<Session> lost;
  private long timer = -1;
  private boolean saying;

  /**
   * @param sessions that are held, at any time
   * @param elsewhere hears of sessions that another gateway holds
   * @param lost hears of those that nobody is known to hold: they were withdrawn
   */
  SessionPresence(
      Mesh mesh,
      Collection<Session> sessions,
      BiConsumer<Session, Holder> elsewhere,
      Consumer<Session> lost) {
    this.mesh = mesh;
    this.elsewhere = elsewhere;
    this.sessions = sessions;
    this.lost = lost;
  }

  void start() {
    timer = mesh.vertx().setPeriodic(EVERY_MILLIS, tick -> sayAgain());
    mesh.redis().onEmptied(() -> say(sessions));
  }

  /** After a hang the timer makes up for what it has missed, all at once. */
  private void sayAgain() {
    if (!saying) {
      saying = true;
      say(sessions).onComplete(said -> saying = false);
    }
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

  /** They are not held here any more: what still comes for them follows them. Never fails. */
  private Future<Void> find(List<Session> gone) {
    if (gone.isEmpty()) {
      return Future.succeededFuture();
    }
    return mesh.bus()
        .ask(Presence.HOLDERS, new HoldersQuery(gone.stream().map(SessionPresence::id).toList()))
        .map(Presence.Holders::items)
        .otherwise(List.of())
        .map(
            holders -> {
              Map<String, Holder> byId = new HashMap<>();
              holders.forEach(holder -> byId.put(holder.sessionId(), holder));
              gone.forEach(session -> settle(session, byId.get(id(session))));
              return null;
            });
  }

  private void settle(Session session, Holder holder) {
    if (session.isAt(holder, mesh.node())) {
      elsewhere.accept(session, holder);
    } else if (holder == null) {
      lost.accept(session);
    }
  }

  private static String id(Session session) {
    return session.ref().sessionId();
  }

  /** Never fails. */
  private Future<Void> say(Collection<Session> held) {
    List<Session> all = List.copyOf(held);
    Future<Void> said = Future.succeededFuture();
    for (int from = 0; from < all.size(); from += SAID_AT_ONCE) {
      List<Session> some = all.subList(from, Math.min(from + SAID_AT_ONCE, all.size()));
      said = said.compose(before -> sayAtOnce(some));
    }
    return said;
  }

  private Future<Void> sayAtOnce(List<Session> held) {
    long sent = System.nanoTime();
    return mesh.bus()
        .ask(
            Presence.ASSERT,
            new Assertion(mesh.node(), held.stream().map(Session::presence).toList()))
        .compose(
            asserted -> {
              Set<String> gone = Set.copyOf(asserted.lost());
              Set<String> begun = Set.copyOf(asserted.begun());
              long now = System.nanoTime();
              held.stream()
                  .filter(one -> !gone.contains(id(one)))
                  .forEach(
                      one -> one.said(sent, now, asserted.leaseMillis(), begun.contains(id(one))));
              return find(held.stream().filter(one -> gone.contains(id(one))).toList());
            })
        .onFailure(error -> log.warn("presence not asserted error={}", error.getMessage()))
        .otherwiseEmpty();
  }
}
