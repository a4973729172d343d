package io.castmesh.gateway.session;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Failure;
import io.castmesh.gateway.moderation.Sanction;
import io.castmesh.gateway.moderation.Sanction.Kind;
import io.castmesh.gateway.moderation.Sanctions;
import io.castmesh.gateway.moderation.Silencer;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.Json;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What mutes, bans and kicks mean for the sessions of this gateway. Who is muted is told and
 * silenced; who is banned or kicked is told why, and the session ends.
 *
 * <p>Belongs to the gateway's event loop.
 */
final class Discipline implements Sanctions.Listener {
  private static final Logger log = LoggerFactory.getLogger(Discipline.class);

  /** Longer than any client waits with its return, by default. */
  private static final long KICKED_NANOS = Duration.ofSeconds(90).toNanos();

  private record Kick(String reason, long at) {}

  private final Sessions sessions;
  private final Sanctions sanctions;
  private final Silencer silencer;
  private final Bus bus;
  private final Map<String, Kick> kicked = new LinkedHashMap<>();
  private final Map<String, Kick> kickedSessions = new HashMap<>();

  Discipline(Sessions sessions, Sanctions sanctions, Silencer silencer, Bus bus) {
    this.sessions = sessions;
    this.sanctions = sanctions;
    this.silencer = silencer;
    this.bus = bus;
  }

  Future<?> start() {
    sanctions.onChange(this);
    return bus.listen(Clients.KICKED, this::kick);
  }

  /**
   * @throws io.castmesh.contract.FailureException {@code BANNED}
   */
  void requireNotBanned(String userId) {
    sanctions.requireNotBanned(userId);
  }

  /**
   * A client returns to a session that is not there any more.
   *
   * @throws io.castmesh.contract.FailureException {@code KICKED} when that is because it was sent
   *     away: it is not to begin anew by itself
   */
  void requireNotKicked(String userId) {
    refuse(kicked.get(userId));
  }

  /**
   * A session arrives that may have been sent away while it was on its way.
   *
   * @throws io.castmesh.contract.FailureException {@code KICKED}
   */
  void requireSessionNotKicked(String sessionId) {
    refuse(kickedSessions.get(sessionId));
  }

  private static void refuse(Kick kick) {
    if (kick != null && System.nanoTime() - kick.at() < KICKED_NANOS) {
      throw Failure.KICKED.exception(
          kick.reason() == null ? Map.of() : Map.of("reason", kick.reason()));
    }
  }

  /**
   * Lets somebody speak who is not muted. One who was muted meanwhile is silenced again: what was
   * just begun was not there yet when that was done.
   */
  Future<?> speaking(String userId, Supplier<Future<?>> work) {
    sanctions.requireNotMuted(userId);
    return work.get()
        .compose(
            done -> {
              if (sanctions.mute(userId).isEmpty()) {
                return Future.succeededFuture(done);
              }
              return silencer
                  .silence(userId)
                  .compose(
                      silenced ->
                          sanctions
                              .mute(userId)
                              .map(mute -> Future.failedFuture(mute.failure()))
                              .orElseGet(() -> Future.succeededFuture(done)));
            });
  }

  @Override
  public void imposed(Sanction sanction) {
    List<Session> held = sessions.of(sanction.userId());
    if (held.isEmpty()) {
      return;
    }
    if (sanction.kind() == Kind.BAN) {
      log.info("session ends by a ban user={}", sanction.userId());
      dismiss(held, "session.banned", sanction.facts(), CloseCode.BANNED, "banned");
      return;
    }
    silencer.silence(sanction.userId());
    tell(held, new ClientEvent("account.muted", Json.text(sanction.facts())));
  }

  @Override
  public void ended(Sanction sanction) {
    if (sanction.kind() == Kind.MUTE) {
      tell(sessions.of(sanction.userId()), new ClientEvent("account.unmuted", "{}"));
    }
  }

  private void kick(Clients.Kicked news) {
    long now = System.nanoTime();
    kicked.values().removeIf(old -> now - old.at() > KICKED_NANOS);
    kickedSessions.values().removeIf(old -> now - old.at() > KICKED_NANOS);
    Kick kick = new Kick(news.reason(), now);
    kicked.put(news.userId(), kick);
    news.sessionIds().forEach(id -> kickedSessions.put(id, kick));
    Map<String, Object> facts = new HashMap<>();
    if (news.reason() != null) {
      facts.put("reason", news.reason());
    }
    dismiss(sessions.of(news.userId()), "session.kicked", facts, CloseCode.KICKED, "kicked");
  }

  private static void tell(List<Session> held, ClientEvent event) {
    held.forEach(session -> session.deliver(event));
  }

  private void dismiss(
      List<Session> held, String method, Map<String, ?> facts, CloseCode code, String reason) {
    tell(held, new ClientEvent(method, Json.text(facts)));
    held.forEach(session -> sessions.dismiss(session, code, reason));
  }
}
