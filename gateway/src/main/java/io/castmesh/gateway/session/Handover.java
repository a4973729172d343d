package io.castmesh.gateway.session;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Clients.Delivery;
import io.castmesh.contract.Clients.Handed;
import io.castmesh.contract.Clients.TakeOver;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that change gateways. A client that comes to another gateway brings its session along:
 * the one that held it hands over the events that were missed, or, when it is dead, the session
 * goes on without them under the same id, so that its media, calls and rooms stand.
 *
 * <p>Belongs to the gateway's event loop.
 */
final class Handover {
  private static final Logger log = LoggerFactory.getLogger(Handover.class);

  /** Who has gone is remembered, so that what still comes for them is sent on. */
  private static final int REMEMBERED = 100_000;

  private static final int WAITING_EVENTS = 1_000;

  static final Handed NOT_FOUND = new Handed(false, false, List.of(), 0, false, List.of());

  /**
   * A session that has come from elsewhere.
   *
   * @param complete whether the client misses no event
   */
  record Arrival(Session session, boolean complete) {}

  private final Mesh mesh;
  private final GatewayConfig.Limits limits;
  private final SessionMeters meters;
  private final Map<String, List<ClientEvent>> arriving = new HashMap<>();
  private final Map<String, String> gone =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  Handover(Mesh mesh, GatewayConfig.Limits limits, SessionMeters meters) {
    this.mesh = mesh;
    this.meters = meters;
    this.limits = limits;
  }

  /**
   * Fetches a session from wherever it was.
   *
   * @param signIn of the token that the client shows now
   * @return empty: there is no such session of that user any more
   */
  Future<Optional<Arrival>> fetch(String sessionId, User user, String signIn, long lastSeq) {
    if (arriving.putIfAbsent(sessionId, new ArrayList<>()) != null) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception("this session is on its way"));
    }
    return mesh.bus()
        .ask(Presence.HOLDERS, new Presence.HoldersQuery(List.of(sessionId)))
        .compose(
            held ->
                held.items().stream()
                    .filter(holder -> holder.userId().equals(user.id()))
                    // Held here by presence only: it has just ended.
                    .filter(holder -> !holder.node().equals(mesh.node()))
                    .findFirst()
                    .map(holder -> fetch(holder, user, signIn, lastSeq))
                    .orElseGet(() -> Future.succeededFuture(Optional.empty())))
        .onFailure(error -> arriving.remove(sessionId))
        .onSuccess(
            arrival -> {
              if (arrival.isEmpty()) {
                arriving.remove(sessionId);
              }
            });
  }

  private Future<Optional<Arrival>> fetch(
      Presence.Holder holder, User user, String signIn, long lastSeq) {
    SessionRef ref = new SessionRef(holder.sessionId(), mesh.node());
    int moves = holder.moves() + 1;
    return handed(holder, lastSeq)
        .map(
            handed -> {
              if (!handed.found()) {
                return Optional.empty();
              }
              Session session = new Session(ref, user, signIn, moves, limits, meters);
              if (handed.complete()) {
                session.remember(handed.missed(), handed.lastSeq());
              }
              session.watch(handed.watchesEveryone(), Set.copyOf(handed.watched()));
              return Optional.of(new Arrival(session, handed.complete()));
            });
  }

  /** What the other gateway has of it; of a dead one, nothing but the session itself. */
  private Future<Handed> handed(Presence.Holder holder, long lastSeq) {
    Handed bare = new Handed(true, false, List.of(), 0, false, List.of());
    if (!mesh.peers().isAlive(holder.node())) {
      return Future.succeededFuture(bare);
    }
    TakeOver wish = new TakeOver(holder.sessionId(), holder.userId(), lastSeq, mesh.node());
    return mesh.bus()
        .ask(Clients.TAKE_OVER.at(holder.node()), wish)
        .recover(
            error -> {
              log.info(
                  "session comes without its events session={} from={} error={}",
                  holder.sessionId(),
                  holder.node(),
                  error.getMessage());
              return error instanceof FailureException
                  ? Future.succeededFuture(bare)
                  : Future.failedFuture(error);
            });
  }

  /**
   * The session is here from now on: tells everybody, and gives it what came meanwhile.
   *
   * @return false: yet another gateway has it by now
   */
  Future<Boolean> settle(Session session) {
    String id = session.ref().sessionId();
    gone.remove(id);
    List<ClientEvent> waiting = arriving.remove(id);
    if (waiting != null) {
      waiting.forEach(session::deliver);
    }
    long sent = System.nanoTime();
    return mesh.bus()
        .ask(Presence.ASSERT, new Presence.Assertion(mesh.node(), List.of(session.presence())))
        .map(
            asserted -> {
              boolean held = !asserted.lost().contains(id);
              if (held) {
                boolean begun = asserted.begun().contains(id);
                session.said(sent, System.nanoTime(), asserted.leaseMillis(), begun);
              }
              return held;
            })
        // It will be asserted again with all others.
        .otherwise(true)
        .onSuccess(held -> tellMoved(session, held));
  }

  private void tellMoved(Session session, boolean held) {
    if (held) {
      String id = session.ref().sessionId();
      mesh.bus()
          .emit(Clients.SESSION_MOVED, new Clients.SessionMoved(id, mesh.node(), session.moves()));
    }
  }

  /** The session has ended as soon as it was here. */
  void dropped(Session session) {
    arriving.remove(session.ref().sessionId());
    gone.remove(session.ref().sessionId());
  }

  /** The other side: gives a session away, with what its client has not seen. */
  Handed handOver(Session session, TakeOver wish) {
    gone.put(wish.sessionId(), wish.node());
    Optional<List<String>> missed = session.missed(wish.lastSeq());
    log.info("session handed over session={} to={}", wish.sessionId(), wish.node());
    return new Handed(
        true,
        missed.isPresent(),
        missed.orElse(List.of()),
        session.lastSeq(),
        session.watchesEveryone(),
        List.copyOf(session.watched()));
  }

  /** Of a session that is not here: it may have been, and who took it may have died with it. */
  Handed absent(String sessionId) {
    return new Handed(gone.containsKey(sessionId), false, List.of(), 0, false, List.of());
  }

  /** Another gateway has it, as presence says. */
  void lost(String sessionId, String node) {
    gone.put(sessionId, node);
  }

  /** An event for a session that is not here: it is on its way here, or has gone. */
  void forward(String sessionId, ClientEvent event) {
    List<ClientEvent> waiting = arriving.get(sessionId);
    String node = gone.get(sessionId);
    if (waiting != null) {
      if (waiting.size() < WAITING_EVENTS) {
        waiting.add(event);
      }
    } else if (node != null) {
      mesh.bus().emit(Clients.DELIVER.at(node), new Delivery(List.of(sessionId), event));
    }
  }
}
