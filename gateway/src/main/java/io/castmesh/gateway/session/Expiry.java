package io.castmesh.gateway.session;

import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Holder;
import io.castmesh.contract.Presence.HoldersQuery;
import io.castmesh.runtime.Mesh;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions whose clients do not come back to this gateway. They may be elsewhere, when this one
 * hung or was cut off: what belongs to a session ends only when nobody else has it, and as long as
 * nobody can say so, it waits.
 *
 * <p>Belongs to the gateway's event loop.
 */
final class Expiry {
  private static final Logger log = LoggerFactory.getLogger(Expiry.class);
  private static final int ASKED_AT_ONCE = 500;
  private static final long GATHERED_MILLIS = 20;
  private static final long ASKED_AGAIN_MILLIS = 2_000;

  private final Mesh mesh;
  private final Map<String, Session> held;
  private final Consumer<String> lost;
  private final Consumer<Session> over;
  private final Queue<Session> due = new ArrayDeque<>();
  private boolean asking;

  /**
   * @param held the sessions of this gateway by id, at any time
   * @param lost hears the ids of those that another gateway holds
   * @param over hears of those that nobody holds any more
   */
  Expiry(Mesh mesh, Map<String, Session> held, Consumer<String> lost, Consumer<Session> over) {
    this.mesh = mesh;
    this.held = held;
    this.lost = lost;
    this.over = over;
  }

  /** The client is to come back within that time. */
  void await(Session session, long millis) {
    session.timer(
        mesh.vertx()
            .setTimer(
                millis,
                timer -> {
                  if (isAwaited(session)) {
                    due.add(session);
                    askSoon(GATHERED_MILLIS);
                  }
                }));
  }

  private boolean isAwaited(Session session) {
    return held.get(session.ref().sessionId()) == session && session.connection() == null;
  }

  /** After a hang very many are due at once: a few questions do for all. */
  private void askSoon(long millis) {
    if (!asking) {
      asking = true;
      mesh.vertx().setTimer(millis, timer -> ask());
    }
  }

  private void ask() {
    List<Session> some = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    while (!due.isEmpty() && some.size() < ASKED_AT_ONCE) {
      Session session = due.remove();
      if (isAwaited(session)) {
        some.add(session);
        ids.add(session.ref().sessionId());
      }
    }
    if (some.isEmpty()) {
      asking = false;
      return;
    }
    mesh.bus()
        .ask(Presence.HOLDERS, new HoldersQuery(ids))
        .onComplete(
            answer -> {
              settle(some, answer.items());
              goOn(GATHERED_MILLIS);
            },
            error -> {
              log.warn(
                  "nobody says who holds sessions, they wait count={} error={}",
                  some.size(),
                  error.getMessage());
              due.addAll(some);
              goOn(ASKED_AGAIN_MILLIS);
            });
  }

  private void goOn(long millis) {
    asking = false;
    if (!due.isEmpty()) {
      askSoon(millis);
    }
  }

  private void settle(List<Session> sessions, List<Holder> holders) {
    Map<String, Holder> byId = new HashMap<>();
    holders.forEach(holder -> byId.put(holder.sessionId(), holder));
    for (Session session : sessions) {
      if (!isAwaited(session)) {
        continue;
      }
      if (isElsewhere(session, byId.get(session.ref().sessionId()))) {
        lost.accept(session.ref().sessionId());
      } else {
        over.accept(session);
      }
    }
  }

  private boolean isElsewhere(Session session, Holder holder) {
    return holder != null
        && !holder.node().equals(mesh.node())
        && holder.moves() >= session.moves();
  }
}
