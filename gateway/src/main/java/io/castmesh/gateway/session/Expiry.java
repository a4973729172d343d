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
import java.util.function.BiConsumer;
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

  /** Presence has lost everything: by then whoever holds a session has said so again. */
  private static final long SAID_AGAIN_MILLIS = 10_000;

  /**
   * A client has not come in time.
   *
   * @param timer that has run out; another one runs when the client was here meanwhile
   * @param unknown whether presence knew of no holder when it was asked before
   */
  private record Due(Session session, long timer, boolean unknown) {
    String id() {
      return session.ref().sessionId();
    }
  }

  private final Mesh mesh;
  private final Map<String, Session> held;
  private final BiConsumer<Session, Holder> elsewhere;
  private final Consumer<Session> over;
  private final Queue<Due> due = new ArrayDeque<>();
  private boolean asking;

  /**
   * @param held the sessions of this gateway by id, at any time
   * @param elsewhere hears of those that another gateway holds
   * @param over hears of those that nobody else holds
   */
  Expiry(
      Mesh mesh,
      Map<String, Session> held,
      BiConsumer<Session, Holder> elsewhere,
      Consumer<Session> over) {
    this.mesh = mesh;
    this.held = held;
    this.elsewhere = elsewhere;
    this.over = over;
  }

  /** The client is to come back within that time. */
  void await(Session session, long millis) {
    await(session, millis, false);
  }

  private void await(Session session, long millis, boolean unknown) {
    session.timer(
        mesh.vertx()
            .setTimer(
                millis,
                timer -> {
                  if (mesh.freeze().isAftermath()) {
                    // The client could not come while this process stood still.
                    await(session, SAID_AGAIN_MILLIS, unknown);
                    return;
                  }
                  due.add(new Due(session, timer, unknown));
                  askIn(GATHERED_MILLIS);
                }));
  }

  /** Not any more when the client has come, be it for a moment. */
  private boolean isAwaited(Due one) {
    Session session = one.session();
    return held.get(one.id()) == session
        && session.connection() == null
        && session.timer() == one.timer();
  }

  /** After a hang very many are due at once: a few questions do for all. */
  private void askIn(long millis) {
    if (!asking) {
      asking = true;
      mesh.vertx().setTimer(millis, timer -> ask());
    }
  }

  private void ask() {
    List<Due> some = new ArrayList<>();
    while (!due.isEmpty() && some.size() < ASKED_AT_ONCE) {
      Due one = due.remove();
      if (isAwaited(one)) {
        some.add(one);
      }
    }
    if (some.isEmpty()) {
      asking = false;
      return;
    }
    mesh.bus()
        .ask(Presence.HOLDERS, new HoldersQuery(some.stream().map(Due::id).toList()))
        .onComplete(
            answer -> {
              goOn(GATHERED_MILLIS);
              settle(some, answer.items());
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
      askIn(millis);
    }
  }

  private void settle(List<Due> asked, List<Holder> holders) {
    Map<String, Holder> byId = new HashMap<>();
    holders.forEach(holder -> byId.put(holder.sessionId(), holder));
    for (Due one : asked) {
      Holder holder = byId.get(one.id());
      if (!isAwaited(one)) {
        continue;
      }
      if (holder == null && !one.unknown()) {
        await(one.session(), SAID_AGAIN_MILLIS, true);
      } else if (one.session().isAt(holder, mesh.node())) {
        elsewhere.accept(one.session(), holder);
      } else {
        over.accept(one.session());
      }
    }
  }
}
