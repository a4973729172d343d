package io.castmesh.runtime.bus;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Clients.Delivery;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.runtime.cluster.Peers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to clients: encoded once, and once over the bus to each gateway that holds somebody
 * whom it concerns. A session may have moved to another gateway since it was written down: the
 * newest knowledge decides, and presence is asked for those of a gateway that is gone.
 *
 * <p>Thread-safe.
 */
public final class ClientMessenger {
  private static final Logger log = LoggerFactory.getLogger(ClientMessenger.class);

  /** Beyond these, presence is asked. */
  private static final int MOVES_AT_MOST = 100_000;

  /** For a client to arrive at another gateway when its own has sent it away. */
  private static final long RETURN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long PAUSE_MILLIS = 200;

  /**
   * Where a session is.
   *
   * @param moves how often it had changed gateways then: news that comes late says less
   */
  private record Place(String node, int moves) {}

  private final Vertx vertx;
  private final Bus bus;
  private final Peers peers;
  private final Map<String, Place> moved = new ConcurrentHashMap<>();

  /** What comes back is placed one after the other, to stay in order. */
  private Future<Void> returning = Future.succeededFuture();

  public ClientMessenger(Vertx vertx, Bus bus, Peers peers) {
    this.vertx = vertx;
    this.bus = bus;
    this.peers = peers;
  }

  /** Begins to follow sessions that move. */
  public Future<Void> start() {
    bus.onReturned(Clients.DELIVER, this::returned);
    return Future.all(
            bus.listen(Clients.SESSION_MOVED, this::moved),
            bus.listen(Clients.SESSION_ENDED, ended -> moved.remove(ended.session().sessionId())))
        .mapEmpty();
  }

  /**
   * @param params a record or map that becomes the notification's params
   */
  public void toSession(SessionRef session, String method, Object params) {
    toSessions(List.of(session), method, params);
  }

  public void toSessions(Collection<SessionRef> sessions, String method, Object params) {
    if (!sessions.isEmpty()) {
      toSessions(sessions, new ClientEvent(method, Json.text(params)));
    }
  }

  /** What is encoded already. */
  public void toSessions(Collection<SessionRef> sessions, ClientEvent event) {
    Map<String, List<String>> byNode = new HashMap<>();
    Map<String, String> homeless = new HashMap<>();
    for (SessionRef session : sessions) {
      String known = whereabouts(session.sessionId());
      String node = known == null ? session.node() : known;
      if (peers.isAlive(node)) {
        byNode.computeIfAbsent(node, first -> new ArrayList<>()).add(session.sessionId());
      } else {
        homeless.put(session.sessionId(), node);
      }
    }
    deliver(byNode, event);
    if (!homeless.isEmpty()) {
      find(homeless, event);
    }
  }

  /** To every session of one user; answers how many there are. */
  public Future<Integer> toUser(String userId, String method, Object params) {
    return bus.ask(Presence.FIND, new Presence.Lookup(List.of(userId)))
        .map(
            found -> {
              List<SessionRef> sessions =
                  found.users().stream().flatMap(user -> user.sessions().stream()).toList();
              toSessions(sessions, method, params);
              return sessions.size();
            });
  }

  /** To everybody who is signed in. */
  public void toEveryone(String method, Object params) {
    bus.emit(Clients.BROADCAST, new ClientEvent(method, Json.text(params)));
  }

  private void deliver(Map<String, List<String>> byNode, ClientEvent event) {
    byNode.forEach(
        (node, ids) -> bus.emit(Clients.DELIVER.at(node), new Delivery(List.copyOf(ids), event)));
  }

  /**
   * Their gateways are gone, as far as this process knows. Who has come back elsewhere hears it
   * there. For the others the event is kept where it was last for their gateway: one that was only
   * cut off asks for it when it is heard of again.
   *
   * @param sessions by id, with the gateway that was last known
   */
  private void find(Map<String, String> sessions, ClientEvent event) {
    bus.ask(Presence.HOLDERS, new Presence.HoldersQuery(List.copyOf(sessions.keySet())))
        .onSuccess(
            held -> {
              for (Presence.Holder one : held.items()) {
                sessions.put(one.sessionId(), one.node());
                if (peers.isAlive(one.node())) {
                  remember(one.sessionId(), one.node(), one.moves());
                }
              }
            })
        .onFailure(
            error ->
                log.warn(
                    "whereabouts unknown method={} sessions={} error={}",
                    event.method(),
                    sessions.size(),
                    error.getMessage()))
        .onComplete(
            asked -> {
              Map<String, List<String>> byNode = new HashMap<>();
              sessions.forEach(
                  (id, node) -> byNode.computeIfAbsent(node, first -> new ArrayList<>()).add(id));
              deliver(byNode, event);
            });
  }

  /**
   * Their gateway has left in order without taking it: they are at another one, or soon will be.
   *
   * @param leftAt when, in nanoseconds; a client that is away for longer reads its state again
   */
  private synchronized void returned(Delivery delivery, long leftAt) {
    long until = leftAt + RETURN_NANOS;
    returning =
        returning
            .otherwiseEmpty()
            .compose(before -> place(delivery.sessionIds(), delivery.event(), until));
  }

  private Future<Void> place(List<String> sessions, ClientEvent event, long until) {
    List<String> away = deliverWhereKnown(sessions, event);
    if (away.isEmpty() || System.nanoTime() - until > 0) {
      return Future.succeededFuture();
    }
    return bus.ask(Presence.HOLDERS, new Presence.HoldersQuery(away))
        .map(held -> note(held.items()))
        .otherwise(away)
        .compose(
            held ->
                held.isEmpty() || !held.stream().allMatch(this::isAway)
                    ? place(held, event, until)
                    : pause().compose(waited -> place(held, event, until)));
  }

  /** Answers the sessions whose gateway is not known. */
  private List<String> deliverWhereKnown(List<String> sessions, ClientEvent event) {
    Map<String, List<String>> byNode = new HashMap<>();
    List<String> away = new ArrayList<>();
    for (String session : sessions) {
      String node = whereabouts(session);
      if (node == null || bus.hasLeft(node)) {
        away.add(session);
      } else {
        byNode.computeIfAbsent(node, first -> new ArrayList<>()).add(session);
      }
    }
    deliver(byNode, event);
    return away;
  }

  private boolean isAway(String sessionId) {
    String node = whereabouts(sessionId);
    return node == null || bus.hasLeft(node);
  }

  /** Who has no session any more is not among them, and not waited for. */
  private List<String> note(List<Presence.Holder> holders) {
    holders.stream()
        .filter(one -> !bus.hasLeft(one.node()))
        .forEach(one -> remember(one.sessionId(), one.node(), one.moves()));
    return holders.stream().map(Presence.Holder::sessionId).toList();
  }

  private Future<Void> pause() {
    return vertx.timer(PAUSE_MILLIS, TimeUnit.MILLISECONDS).mapEmpty();
  }

  private void moved(Clients.SessionMoved move) {
    remember(move.sessionId(), move.node(), move.moves());
  }

  private void remember(String sessionId, String node, int moves) {
    if (moved.size() < MOVES_AT_MOST || moved.containsKey(sessionId)) {
      Place place = new Place(node, moves);
      moved.merge(sessionId, place, (old, now) -> now.moves() < old.moves() ? old : now);
    }
  }

  /** Null when it has not moved, as far as this process knows. */
  private String whereabouts(String sessionId) {
    Place place = moved.get(sessionId);
    return place == null ? null : place.node();
  }
}
