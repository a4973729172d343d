package io.castmesh.gateway.session;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Clients.SessionEnded;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.account.AccessTokens;
import io.castmesh.gateway.http.IceServers;
import io.castmesh.gateway.rpc.RpcMethods;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.bus.Trace;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** A Redis that comes back empty knows who is online again within ten seconds. */
  private static final long PRESENCE_MILLIS = 8_000;

  /**
   * A client that may come in.
   *
   * @param lastSeq the last event that it has seen
   * @param answer to session.authenticate
   */
  record Welcome(Session session, boolean resumed, long lastSeq, Object answer) {}

  private final Mesh mesh;
  private final GatewayConfig config;
  private final AccessTokens tokens;
  private final RpcMethods methods;
  private final IceServers iceServers;
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final Set<Connection> connections = new HashSet<>();
  private final AtomicInteger sessionCount = new AtomicInteger();
  private final AtomicInteger socketCount = new AtomicInteger();
  private boolean draining;
  private long checkTimer;
  private long presenceTimer;

  public Sessions(
      Mesh mesh,
      GatewayConfig config,
      AccessTokens tokens,
      RpcMethods methods,
      IceServers iceServers) {
    this.mesh = mesh;
    this.config = config;
    this.tokens = tokens;
    this.methods = methods;
    this.iceServers = iceServers;
    Gauge.builder("castmesh.gateway.sessions", sessionCount, AtomicInteger::get)
        .description("Sessions, with a socket or waiting for their client")
        .register(mesh.metrics());
    Gauge.builder("castmesh.gateway.sockets", socketCount, AtomicInteger::get)
        .description("Open sockets")
        .register(mesh.metrics());
  }

  public Future<Void> start() {
    checkTimer =
        mesh.vertx()
            .setPeriodic(
                CHECK_MILLIS,
                timer -> {
                  long now = System.nanoTime();
                  List.copyOf(connections).forEach(connection -> connection.check(now));
                });
    presenceTimer = mesh.vertx().setPeriodic(PRESENCE_MILLIS, timer -> assertPresence());
    return Future.all(
            mesh.bus().listen(Clients.DELIVER.at(mesh.node()), this::deliver),
            mesh.bus().listen(Clients.BROADCAST, this::broadcast),
            mesh.bus().listen(Clients.SIGNED_OUT, this::signedOut),
            mesh.bus().listen(Presence.CHANGED, this::presenceChanged))
        .mapEmpty();
  }

  /** Tells every client that it should reconnect elsewhere, ends the sessions. */
  public Future<Void> stop() {
    draining = true;
    mesh.vertx().cancelTimer(checkTimer);
    mesh.vertx().cancelTimer(presenceTimer);
    ClientEvent draining =
        new ClientEvent("server.draining", Json.text(Map.of("reconnectAfterMs", 1000)));
    broadcast(draining);
    List.copyOf(connections).forEach(connection -> connection.close(CloseCode.DRAINING));
    List<Future<Void>> ended = new ArrayList<>();
    List.copyOf(sessions.values()).forEach(session -> ended.add(end(session, "closed")));
    return Future.join(ended).mapEmpty();
  }

  /** A socket has opened. Null when there are too many. */
  public Connection open(ClientSocket socket) {
    if (draining || connections.size() >= config.limits().sockets()) {
      socket.close(CloseCode.DRAINING);
      return null;
    }
    Connection connection = new Connection(mesh.vertx(), this, socket, config);
    connections.add(connection);
    socketCount.set(connections.size());
    return connection;
  }

  RpcMethods methods() {
    return methods;
  }

  void forget(Connection connection) {
    connections.remove(connection);
    socketCount.set(connections.size());
  }

  void answered(String method, String outcome, long nanos) {
    // Strangers may send any method: only known ones become a label.
    String known = methods.names().contains(method) ? method : "unknown";
    mesh.metrics()
        .timer("castmesh.gateway.requests", "method", known, "outcome", outcome)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  void closed(CloseCode code) {
    mesh.metrics()
        .counter("castmesh.gateway.closed", "code", Integer.toString(code.code()))
        .increment();
  }

  Future<Welcome> authenticate(String token, JsonObject resume) {
    return tokens
        .verify(token)
        .compose(
            verified ->
                draining
                    ? Future.failedFuture(Failure.UNAVAILABLE.exception())
                    : Future.succeededFuture(welcome(verified, resume)));
  }

  void attach(Welcome welcome, Connection connection) {
    Session session = welcome.session();
    session.attach(connection, welcome.lastSeq());
    mesh.vertx().cancelTimer(session.timer());
    if (welcome.resumed()) {
      log.debug("session resumed session={}", session.ref().sessionId());
      return;
    }
    log.info("session started session={} user={}", session.ref().sessionId(), session.user().id());
    mesh.bus()
        .ask(Presence.ASSERT, assertion(List.of(session)))
        .onFailure(error -> log.warn("presence not asserted error={}", error.getMessage()));
  }

  /** The client's socket closed while it was being let in. */
  void abandoned(Welcome welcome) {
    if (!welcome.resumed()) {
      sessions.remove(welcome.session().ref().sessionId());
      sessionCount.set(sessions.size());
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
    session.timer(
        mesh.vertx()
            .setTimer(
                Math.max(1000, config.session().resumeWindow().minusNanos(silentNanos).toMillis()),
                timer -> {
                  if (session.connection() == null) {
                    end(session, "expired");
                  }
                }));
  }

  private Welcome welcome(AccessTokens.Verified token, JsonObject resume) {
    User user = token.user();
    if (resume != null) {
      Session old = sessions.get(resume.getString("sessionId"));
      long lastSeq = resume.getLong("lastSeq", 0L);
      if (old != null && old.user().id().equals(user.id())) {
        if (old.canResume(lastSeq)) {
          return new Welcome(old, true, lastSeq, answer(old, true));
        }
        end(old, "replaced");
      }
    }
    SessionRef ref = new SessionRef(Trace.fresh() + Trace.fresh(), mesh.node());
    makeRoom(user);
    Session session = new Session(ref, user, token.signIn(), config.limits());
    sessions.put(ref.sessionId(), session);
    sessionCount.set(sessions.size());
    return new Welcome(session, false, 0, answer(session, false));
  }

  /** A user has so many sessions at once; a further one takes the place of the oldest. */
  private void makeRoom(User user) {
    List<Session> mine =
        sessions.values().stream().filter(s -> s.user().id().equals(user.id())).toList();
    if (mine.size() >= config.limits().sessionsPerUser()) {
      Session oldest = mine.get(0);
      oldest.deliver(new ClientEvent("session.replaced", "{}"));
      end(oldest, "replaced");
    }
  }

  private void signedOut(Clients.SignedOut news) {
    List.copyOf(sessions.values()).stream()
        .filter(session -> session.signIn().equals(news.signIn()))
        .forEach(
            session -> {
              if (session.connection() != null) {
                session.connection().close(CloseCode.NOT_AUTHENTICATED);
              }
              end(session, "closed");
            });
  }

  private Map<String, Object> answer(Session session, boolean resumed) {
    return Map.of(
        "sessionId", session.ref().sessionId(),
        "user", session.user(),
        "resumed", resumed,
        "iceServers", iceServers.forUser(session.user().id()),
        "heartbeatSeconds", config.session().heartbeat().toSeconds());
  }

  private Future<Void> end(Session session, String reason) {
    if (!sessions.remove(session.ref().sessionId(), session)) {
      return Future.succeededFuture();
    }
    sessionCount.set(sessions.size());
    mesh.vertx().cancelTimer(session.timer());
    if (session.connection() != null) {
      session.connection().close(CloseCode.REPLACED);
    }
    log.info("session ended session={} reason={}", session.ref().sessionId(), reason);
    mesh.bus().emit(Clients.SESSION_ENDED, new SessionEnded(session.ref(), session.user(), reason));
    return mesh.bus()
        .ask(
            Presence.WITHDRAW,
            new Presence.Withdrawal(mesh.node(), session.ref().sessionId(), session.user().id()))
        .onFailure(error -> log.warn("presence not withdrawn error={}", error.getMessage()))
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  private void deliver(Clients.Delivery delivery) {
    for (String id : delivery.sessionIds()) {
      Session session = sessions.get(id);
      if (session != null) {
        session.deliver(delivery.event());
      }
    }
  }

  private void broadcast(ClientEvent event) {
    sessions.values().forEach(session -> session.deliver(event));
  }

  private void presenceChanged(Presence.Changed changed) {
    ClientEvent event = null;
    for (Session session : sessions.values()) {
      if (session.watches(changed.user().id())) {
        event = event == null ? new ClientEvent("presence.changed", Json.text(changed)) : event;
        session.deliver(event);
      }
    }
  }

  private void assertPresence() {
    if (!sessions.isEmpty()) {
      mesh.bus()
          .ask(Presence.ASSERT, assertion(sessions.values()))
          .onFailure(error -> log.warn("presence not asserted error={}", error.getMessage()));
    }
  }

  private Presence.Assertion assertion(Iterable<Session> held) {
    List<Presence.Session> list = new ArrayList<>();
    held.forEach(s -> list.add(new Presence.Session(s.ref().sessionId(), s.user())));
    return new Presence.Assertion(mesh.node(), list);
  }
}
