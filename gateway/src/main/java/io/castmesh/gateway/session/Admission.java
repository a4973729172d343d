package io.castmesh.gateway.session;

import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.account.AccessTokens;
import io.castmesh.gateway.http.IceServers;
import io.castmesh.runtime.Ids;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How clients come in: with a token they get a session that is here, one that another gateway has,
 * or a fresh one.
 *
 * <p>Belongs to the gateway's event loop.
 */
final class Admission {
  private static final Logger log = LoggerFactory.getLogger(Admission.class);

  /**
   * A client that may come in.
   *
   * @param fresh the session did not exist before
   * @param lastSeq the last event that it has seen
   * @param answer to session.authenticate
   */
  record Welcome(Session session, boolean fresh, long lastSeq, Object answer) {}

  private final Mesh mesh;
  private final GatewayConfig config;
  private final AccessTokens tokens;
  private final IceServers iceServers;
  private final Sessions sessions;
  private final Handover handover;
  private final Discipline discipline;
  private final SessionMeters meters;

  Admission(
      Mesh mesh,
      GatewayConfig config,
      AccessTokens tokens,
      IceServers iceServers,
      Sessions sessions,
      Handover handover) {
    this.mesh = mesh;
    this.config = config;
    this.tokens = tokens;
    this.iceServers = iceServers;
    this.sessions = sessions;
    this.handover = handover;
    this.discipline = sessions.discipline();
    this.meters = sessions.meters();
  }

  /** Fails with {@code UNAUTHENTICATED}, {@code BANNED}, {@code KICKED} or {@code UNAVAILABLE}. */
  Future<Welcome> authenticate(String token, JsonObject resume) {
    return tokens
        .verify(token)
        .compose(
            verified -> {
              if (sessions.draining()) {
                return Future.failedFuture(Failure.UNAVAILABLE.exception());
              }
              discipline.requireNotBanned(verified.user().id());
              return resume == null
                  ? Future.succeededFuture(begin(verified))
                  : resume(verified, resume.getString("sessionId"), resume.getLong("lastSeq", 0L));
            })
        .compose(welcome -> welcome.fresh() ? announced(welcome) : Future.succeededFuture(welcome));
  }

  /** The client hears that its session has begun when others can know of it. */
  private Future<Welcome> announced(Welcome welcome) {
    Session session = welcome.session();
    return sessions
        .announce(session)
        .map(
            said -> {
              requireStillThere(session);
              return welcome;
            });
  }

  private void requireStillThere(Session session) {
    if (sessions.find(session.ref().sessionId()) != session) {
      discipline.requireNotBanned(session.user().id());
      discipline.requireNotKicked(session.user().id());
      throw Failure.UNAVAILABLE.exception("it has ended meanwhile");
    }
  }

  /** A session whose client wants to return to another one, which is not there any more. */
  private Welcome beginInstead(AccessTokens.Verified token) {
    meters.resumed("lost");
    discipline.requireNotBanned(token.user().id());
    discipline.requireNotKicked(token.user().id());
    return begin(token);
  }

  private Welcome begin(AccessTokens.Verified token) {
    makeRoom(token.user());
    SessionRef ref = new SessionRef(Ids.fresh() + Ids.fresh(), mesh.node());
    Session session = new Session(ref, token.user(), token.signIn(), 0, config.limits(), meters);
    sessions.keep(session);
    return new Welcome(session, true, 0, answer(session, false));
  }

  /** A session that is here, one that another gateway has, or else a fresh one. */
  private Future<Welcome> resume(AccessTokens.Verified token, String sessionId, long lastSeq) {
    Session here = sessions.find(sessionId);
    if (here != null) {
      return Future.succeededFuture(
          here.user().id().equals(token.user().id())
              ? welcome(here, here.missed(lastSeq).isPresent(), lastSeq)
              : beginInstead(token));
    }
    return handover
        .fetch(sessionId, token.user(), token.signIn(), lastSeq)
        .compose(
            arrival ->
                arrival.isEmpty()
                    ? Future.succeededFuture(beginInstead(token))
                    : settle(arrival.get(), lastSeq));
  }

  private Future<Welcome> settle(Handover.Arrival arrival, long lastSeq) {
    Session session = arrival.session();
    sessions.keep(session);
    try {
      refuseOnTheWay(session);
    } catch (FailureException refused) {
      handover.dropped(session);
      return Future.failedFuture(refused);
    }
    // Its client may be gone again before it is let in.
    sessions.await(session, config.session().resumeWindow().toMillis());
    return handover
        .settle(session)
        .compose(
            held -> {
              if (!held) {
                sessions.forget(session);
                return Future.failedFuture(Failure.UNAVAILABLE.exception("it is elsewhere"));
              }
              requireStillThere(session);
              log.info(
                  "session taken over session={} complete={}",
                  session.ref().sessionId(),
                  arrival.complete());
              return Future.succeededFuture(welcome(session, arrival.complete(), lastSeq));
            });
  }

  /** News of a ban or kick do not reach a session that is under way: it ends where it arrives. */
  private void refuseOnTheWay(Session session) {
    String reason = "banned";
    try {
      discipline.requireNotBanned(session.user().id());
      reason = "kicked";
      discipline.requireSessionNotKicked(session.ref().sessionId());
    } catch (FailureException refused) {
      sessions.end(session, reason);
      throw refused;
    }
  }

  private Welcome welcome(Session session, boolean complete, long lastSeq) {
    meters.resumed(complete ? "complete" : "incomplete");
    if (!complete) {
      session.startOver();
    }
    return new Welcome(session, false, complete ? lastSeq : 0, answer(session, complete));
  }

  /** A user has so many sessions at once; a further one takes the place of the oldest. */
  private void makeRoom(User user) {
    List<Session> mine = sessions.of(user.id());
    if (mine.size() >= config.limits().sessionsPerUser()) {
      Session oldest = mine.get(0);
      oldest.deliver(new ClientEvent("session.replaced", "{}"));
      sessions.end(oldest, "replaced");
    }
  }

  private Map<String, Object> answer(Session session, boolean resumed) {
    return Map.of(
        "sessionId", session.ref().sessionId(),
        "user", session.user(),
        "resumed", resumed,
        "iceServers", iceServers.forUser(session.user().id()),
        "heartbeatSeconds", config.session().heartbeat().toSeconds(),
        "maxMessageBytes", config.limits().messageBytes());
  }
}
