package io.castmesh.gateway.admin;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.gateway.account.AccountService;
import io.castmesh.gateway.account.Sql;
import io.castmesh.gateway.admin.AdminLog.Action;
import io.castmesh.gateway.moderation.Sanction.Kind;
import io.castmesh.gateway.moderation.SanctionStore;
import io.castmesh.gateway.moderation.Sanctions;
import io.castmesh.gateway.moderation.Silencer;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What administrators do to people. Nobody does it to themselves, so one who can undo it is always
 * left.
 *
 * <p>Belongs to the gateway's event loop.
 */
public final class Moderator {
  private static final Logger log = LoggerFactory.getLogger(Moderator.class);

  private static final long SESSIONS_SECONDS = 2;

  private final Pool mysql;
  private final Bus bus;
  private final AccountService accounts;
  private final SanctionStore store;
  private final Sanctions sanctions;
  private final Silencer silencer;
  private final AdminLog actions;

  public Moderator(
      Pool mysql,
      Bus bus,
      AccountService accounts,
      SanctionStore store,
      Sanctions sanctions,
      Silencer silencer,
      AdminLog actions) {
    this.mysql = mysql;
    this.bus = bus;
    this.accounts = accounts;
    this.store = store;
    this.sanctions = sanctions;
    this.silencer = silencer;
    this.actions = actions;
  }

  /** All sessions of a person end, on every gateway; they may come again. */
  public Future<Done> kick(User admin, String userId, String reason) {
    return other(admin, userId)
        .compose(
            user ->
                actions.doing(
                    admin,
                    new Action("kick", user.id(), user.nickname(), reason),
                    () ->
                        sessionsOf(userId)
                            .map(
                                ids -> {
                                  bus.emit(Clients.KICKED, new Clients.Kicked(userId, reason, ids));
                                  return Done.DONE;
                                })));
  }

  /** Where nobody says so in time, those that gateways hold have to do. Never fails. */
  private Future<List<String>> sessionsOf(String userId) {
    return bus.ask(Presence.FIND, new Presence.Lookup(List.of(userId)))
        .timeout(SESSIONS_SECONDS, TimeUnit.SECONDS)
        .map(
            found ->
                found.users().stream()
                    .flatMap(one -> one.sessions().stream())
                    .map(SessionRef::sessionId)
                    .toList())
        .onFailure(error -> log.warn("sessions not known error={}", error.getMessage()))
        .otherwise(List.of());
  }

  /**
   * @param lasts null: for good
   */
  public Future<Done> impose(User admin, String userId, Kind kind, String reason, Duration lasts) {
    return other(admin, userId)
        .compose(
            user ->
                Sql.guarded(
                    mysql.withTransaction(
                        transaction ->
                            Admins.locked(transaction)
                                .compose(able -> requireAble(admin, able))
                                .compose(
                                    able ->
                                        store.impose(
                                            transaction, userId, kind, reason, admin, lasts))
                                .compose(
                                    imposed ->
                                        actions.done(
                                            transaction,
                                            admin,
                                            action(kind, user, reason, lasts))))))
        .compose(written -> sanctions.changed(userId))
        // What it means for a ban follows from the end of the sessions, also for services.
        .compose(known -> kind == Kind.MUTE ? silencer.silence(userId) : Future.succeededFuture())
        .map(Done.DONE);
  }

  /** Lifting what is not there changes nothing, and is not written down. */
  public Future<Done> lift(User admin, String userId, Kind kind) {
    return accounts
        .byId(userId)
        .compose(
            user ->
                Sql.guarded(
                    mysql.withTransaction(
                        transaction ->
                            store
                                .lift(transaction, userId, kind)
                                .compose(
                                    there ->
                                        there
                                            ? actions.done(
                                                transaction,
                                                admin,
                                                new Action(
                                                    "un" + word(kind),
                                                    user.id(),
                                                    user.nickname(),
                                                    null))
                                            : Future.succeededFuture()))))
        .compose(written -> sanctions.changed(userId))
        .map(Done.DONE);
  }

  private static Action action(Kind kind, User user, String reason, Duration lasts) {
    String length = lasts == null ? "for good" : words(lasts);
    return new Action(
        word(kind), user.id(), user.nickname(), reason == null ? length : length + ": " + reason);
  }

  /** In the largest unit of which it is a whole number. */
  private static String words(Duration lasts) {
    long seconds = lasts.toSeconds();
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + " d";
    }
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + " h";
    }
    return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Fails with {@code OWN_ACCOUNT} or {@code USER_NOT_FOUND}. */
  private Future<User> other(User admin, String userId) {
    return admin.id().equals(userId)
        ? Future.failedFuture(Failure.OWN_ACCOUNT.exception())
        : accounts.byId(userId);
  }

  private static Future<List<User>> requireAble(User admin, List<User> able) {
    return able.stream().anyMatch(one -> one.id().equals(admin.id()))
        ? Future.succeededFuture(able)
        : Future.failedFuture(Failure.FORBIDDEN.exception("for administrators"));
  }
}
