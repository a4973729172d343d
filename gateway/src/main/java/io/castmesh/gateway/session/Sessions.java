package io.castmesh.gateway.session;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Clients.SessionEnded;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Presence;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.account.AccessTokens;
import io.castmesh.gateway.http.IceServers;
import io.castmesh.gateway.moderation.Sanctions;
import io.castmesh.gateway.moderation.Silencer;
import io.castmesh.gateway.rpc.RpcMethods;
import io.castmesh.gateway.rpc.RpcRequest;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.cluster.LoadBoard;
import io.castmesh.runtime.trace.Step;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All sockets and sessions of this gateway. Says every few seconds which sessions it holds (their
 * presence), delivers events to them, ends those whose client does not return.
 *
 * <p>Belongs to the gateway's event loop; the counters are read by the metrics' thread.
 */
public final class Sessions {
  private static final Logger log = LoggerFactory.getLogger(Sessions.class);
  private static final long CHECK_MILLIS = 1000;
  private static final int COMPLAINTS_PER_SECOND = 10;

  private final Mesh mesh;
  private final GatewayConfig config;
  private final RpcMethods methods;
  private final SessionTable sessions = new SessionTable();
  private final Set<Connection> connections = new HashSet<>();
  private final SessionMeters meters;
  private final Handover handover;
  private final Discipline discipline;
  private final Admission admission;
  private final SessionPresence presence;
  private final Expiry expiry;
  private final PresenceNews presenceNews = new PresenceNews();

  /** In an outage every request fails: a few lines tell as much as all of them. */
  private final TokenBucket complaints =
      new TokenBucket(COMPLAINTS_PER_SECOND, COMPLAINTS_PER_SECOND * 2.0, System.nanoTime());

  private boolean draining;
  private long checkTimer;

  public Sessions(
      Mesh mesh,
      GatewayConfig config,
      AccessTokens tokens,
      RpcMethods methods,
      IceServers iceServers,
      Sanctions sanctions,
      Silencer silencer) {
    this.discipline = new Discipline(this, sanctions, silencer, mesh.bus());
    this.mesh = mesh;
    this.config = config;
    this.methods = methods;
    this.meters = new SessionMeters(mesh.metrics(), methods.names(), config.limits());
    this.handover = new Handover(mesh, config.limits(), meters);
    this.admission = new Admission(mesh, config, tokens, iceServers, this, handover);
    this.presence = new SessionPresence(mesh, sessions.all().values(), this::elsewhere, this::lost);
    this.expiry =
        new Expiry(mesh, sessions.all(), this::elsewhere, session -> end(session, "expired"));
  }

  public Future<Void> start() {
    checkTimer =
        mesh.vertx()
            .setPeriodic(
                CHECK_MILLIS,
                timer -> {
                  long now = System.nanoTime();
                  List.copyOf(connections).forEach(connection -> connection.check(now));
                  meters.outboxes(connections);
                });
    mesh.peers().load().count(LoadBoard.Figure.SESSIONS, meters::sessions);
    presence.start();
    return Future.all(
            mesh.bus().listen(Clients.DELIVER.at(mesh.node()), this::deliver, this::stale),
            mesh.bus().listen(Clients.BROADCAST, this::broadcast, this::stale),
            mesh.bus().listen(Clients.SIGNED_OUT, this::signedOut),
            mesh.bus().listen(Presence.CHANGED, this::presenceChanged, this::stale),
            mesh.bus().serve(Clients.TAKE_OVER.at(mesh.node()), this::handOver),
            discipline.start())
        .mapEmpty();
  }

  /** Events are lost for good, nobody knows whose: clients read again what they show. */
  private void stale() {
    broadcast(new ClientEvent("session.stale", "{}"));
  }

  /**
   * Sends every client elsewhere and waits until the other gateways have their sessions. A gateway
   * that is the only one of its cluster leaves them to the one that is started next. In a process
   * on its own, whose services end with it, the sessions end.
   *
   * @param within what is left when it is over stays for presence to run out
   */
  public Future<Void> stop(Duration within) {
    draining = true;
    mesh.vertx().cancelTimer(checkTimer);
    Future<Void> empty =
        mesh.vertx().isClustered()
            ? new Drain(mesh.vertx(), this, mesh.peers()).run(within)
            : endAll();
    return empty.onComplete(done -> presence.stop());
  }

  private Future<Void> endAll() {
    broadcast(Drain.news(1000));
    List.copyOf(connections).forEach(connection -> connection.close(CloseCode.DRAINING));
    List<Future<Void>> ended = new ArrayList<>();
    List.copyOf(sessions.all().values()).forEach(session -> ended.add(end(session, "closed")));
    return Future.join(ended).mapEmpty();
  }

  /** The open sockets, in no order that means something. */
  List<Connection> connections() {
    return List.copyOf(connections);
  }

  int size() {
    return sessions.size();
  }

  /** A socket has opened. Null when there are too many. */
  public Connection open(ClientSocket socket) {
    if (draining || connections.size() >= config.limits().sockets()) {
      meters.socketRefused();
      socket.close(CloseCode.DRAINING);
      return null;
    }
    Connection connection = new Connection(mesh.vertx(), this, socket, config);
    connections.add(connection);
    meters.sockets(connections.size());
    return connection;
  }

  /** A socket is closed that has, or may have, no connection here. */
  public void closed(CloseCode code) {
    meters.closed(code);
  }

  boolean draining() {
    return draining;
  }

  /** Whether what clients have sent may have waited while this process stood still. */
  boolean late() {
    return mesh.freeze().isAftermath();
  }

  /** Null when it is not here. */
  Session find(String sessionId) {
    return sessions.find(sessionId);
  }

  Admission admission() {
    return admission;
  }

  Discipline discipline() {
    return discipline;
  }

  /** Those of a person, in the order in which they began. */
  List<Session> of(String userId) {
    return sessions.of(userId);
  }

  RpcMethods methods() {
    return methods;
  }

  void forget(Connection connection) {
    connections.remove(connection);
    meters.sockets(connections.size());
  }

  /** A client's request begins. */
  Step step(RpcRequest request) {
    String known = known(request.method());
    return mesh.tracing()
        .request(known, request.traceparent())
        .set("rpc.system", "jsonrpc")
        .set("rpc.method", known);
  }

  /** The fault is ours: operators find it by the trace that the client was told. */
  void unanswered(String method, Failure failure) {
    if (complaints.take(System.nanoTime())) {
      log.warn("request failed method={} failure={}", method, failure);
    }
  }

  /** Strangers may send any method: only known ones become a label. */
  private String known(String method) {
    return methods.names().contains(method) ? method : "unknown";
  }

  void answered(String method, Throwable error, long nanos) {
    mesh.peers().load().answered();
    meters.answered(method, error, nanos);
  }

  SessionMeters meters() {
    return meters;
  }

  void attach(Admission.Welcome welcome, Connection connection) {
    Session session = welcome.session();
    session.attach(connection, welcome.lastSeq());
    mesh.vertx().cancelTimer(session.timer());
    if (!welcome.fresh()) {
      log.debug("session returned session={}", session.ref().sessionId());
      return;
    }
    log.info("session started session={} user={}", session.ref().sessionId(), session.user().id());
  }

  /** A fresh session is made known to others; never fails. */
  Future<Void> announce(Session session) {
    return presence.begun(session);
  }

  /** The client's socket closed while it was being let in. */
  void abandoned(Admission.Welcome welcome) {
    if (welcome.fresh()) {
      end(welcome.session(), "closed");
    }
  }

  /**
   * @param silentNanos since the client was last heard of, when that was noticed late
   */
  void detached(Session session, boolean forGood, long silentNanos) {
    if (forGood) {
      end(session, "closed");
      return;
    }
    long wait = config.session().resumeWindow().minusNanos(silentNanos).toMillis();
    await(session, Math.max(1000, wait));
  }

  /** The client is to come back within that time. */
  void await(Session session, long millis) {
    expiry.await(session, millis);
  }

  void keep(Session session) {
    sessions.keep(session);
    meters.sessions(sessions.size());
  }

  void forget(Session session) {
    sessions.remove(session);
    meters.sessions(sessions.size());
    mesh.vertx().cancelTimer(session.timer());
  }

  /** Another gateway asks for a session whose client has come to it. */
  private Future<Clients.Handed> handOver(Clients.TakeOver wish) {
    Session session = sessions.find(wish.sessionId());
    if (session == null) {
      return Future.succeededFuture(handover.absent(wish.sessionId()));
    }
    if (!session.user().id().equals(wish.userId())) {
      return Future.succeededFuture(Handover.NOT_FOUND);
    }
    Clients.Handed handed = handover.handOver(session, wish);
    leave(session, CloseCode.REPLACED);
    return Future.succeededFuture(handed);
  }

  /** The session goes on elsewhere: it is forgotten here without being ended. */
  private void leave(Session session, CloseCode code) {
    forget(session);
    if (session.connection() != null) {
      session.connection().close(code);
    }
  }

  private void signedOut(Clients.SignedOut news) {
    List.copyOf(sessions.all().values()).stream()
        .filter(session -> session.signIn().equals(news.signIn()))
        .forEach(
            session -> {
              if (session.connection() != null) {
                session.connection().close(CloseCode.NOT_AUTHENTICATED);
              }
              end(session, "closed");
            });
  }

  /** Ends a session whose client is not to come back by itself. */
  void dismiss(Session session, CloseCode code, String reason) {
    if (session.connection() != null) {
      session.connection().close(code);
    }
    end(session, reason);
  }

  Future<Void> end(Session session, String reason) {
    if (!sessions.remove(session)) {
      return Future.succeededFuture();
    }
    meters.sessions(sessions.size());
    mesh.vertx().cancelTimer(session.timer());
    if (session.connection() != null) {
      session.connection().close(CloseCode.REPLACED);
    }
    log.info("session ended session={} reason={}", session.ref().sessionId(), reason);
    mesh.bus().emit(Clients.SESSION_ENDED, new SessionEnded(session.ref(), session.user(), reason));
    return presence.ended(session);
  }

  private void deliver(Clients.Delivery delivery) {
    for (String id : delivery.sessionIds()) {
      Session session = sessions.find(id);
      if (session != null) {
        session.deliver(delivery.event());
      } else {
        handover.forward(id, delivery.event());
      }
    }
  }

  private void broadcast(ClientEvent event) {
    sessions.all().values().forEach(session -> session.deliver(event));
  }

  private void presenceChanged(Presence.Changed changed) {
    if (!presenceNews.isNew(changed)) {
      return;
    }
    List<Session> watching = sessions.watching(changed.user().id());
    if (!watching.isEmpty()) {
      ClientEvent event = new ClientEvent("presence.changed", Json.text(changed));
      watching.forEach(session -> session.deliver(event));
    }
  }

  /** It is not here any more, though no other gateway has asked here for it. */
  private void lost(Session session) {
    if (sessions.find(session.ref().sessionId()) == session) {
      log.info("session is at another gateway session={}", session.ref().sessionId());
      leave(session, CloseCode.HEARTBEAT_MISSED);
    }
  }

  /** The same, and what still comes here for it follows it. */
  private void elsewhere(Session session, Presence.Holder holder) {
    if (sessions.find(holder.sessionId()) == session) {
      handover.lost(holder.sessionId(), holder.node());
      lost(session);
    }
  }
}
