package io.castmesh.gateway.admin;

import io.castmesh.contract.Failure;
import io.castmesh.contract.User;
import io.castmesh.gateway.account.Avatars;
import io.castmesh.gateway.account.Nicknames;
import io.castmesh.gateway.account.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Who is an administrator. Thread-safe; fails with {@code UNAVAILABLE} while MySQL is away: then
 * nobody is one.
 */
public final class Admins {
  public static final String ROLE = "admin";

  /** Those who can sign in, that is: not banned. */
  private static final String ABLE =
      "SELECT id, nickname FROM accounts WHERE role = 'admin' AND NOT EXISTS (SELECT 1 FROM"
          + " sanctions WHERE account_id = accounts.id AND kind = 'ban' AND (ends_at IS NULL OR"
          + " ends_at > UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) * 1000)) ORDER BY nickname_key";

  private final Pool mysql;

  public Admins(Pool mysql) {
    this.mysql = mysql;
  }

  /** Fails with {@link Failure#FORBIDDEN} for everybody else. */
  public Future<Void> require(User user) {
    return isAdmin(user.id())
        .compose(
            is ->
                is
                    ? Future.succeededFuture()
                    : Future.failedFuture(Failure.FORBIDDEN.exception("for administrators")));
  }

  public Future<Boolean> isAdmin(String userId) {
    return Sql.guarded(
            mysql.preparedQuery("SELECT role FROM accounts WHERE id = ?").execute(Tuple.of(userId)))
        .map(rows -> rows.size() == 1 && ROLE.equals(rows.iterator().next().getString("role")));
  }

  /** Those who are able to sign in. */
  public Future<List<User>> list() {
    return Sql.guarded(mysql.query(ABLE).execute()).map(Admins::users);
  }

  /**
   * The same, and until the transaction ends nobody else changes who is one: two who ban each other
   * do so one after the other, and the second is not able to any more.
   */
  static Future<List<User>> locked(SqlClient transaction) {
    return transaction
        .query("SELECT id FROM accounts WHERE role = 'admin' FOR UPDATE")
        .execute()
        .compose(locked -> transaction.query(ABLE).execute())
        .map(Admins::users);
  }

  private static List<User> users(RowSet<Row> rows) {
    List<User> users = new ArrayList<>();
    rows.forEach(row -> users.add(Avatars.user(row.getString("id"), row.getString("nickname"))));
    return users;
  }

  /** Fails with {@link Failure#USER_NOT_FOUND}. */
  public Future<User> find(String nickname) {
    return Sql.guarded(
            mysql
                .preparedQuery("SELECT id, nickname FROM accounts WHERE nickname_key = ?")
                .execute(Tuple.of(Nicknames.key(nickname))))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(Failure.USER_NOT_FOUND.exception())
                    : Future.succeededFuture(users(rows).get(0)));
  }

  /**
   * Makes an account that is one. Fails with {@link Failure#NICKNAME_TAKEN}.
   *
   * @param hash of the password
   */
  public Future<User> create(String nickname, String hash) {
    User user = Avatars.user(UUID.randomUUID().toString(), nickname);
    return Sql.guarded(
            mysql
                .preparedQuery(
                    "INSERT INTO accounts (id, nickname, nickname_key, password_hash, role) VALUES"
                        + " (?, ?, ?, ?, ?)")
                .execute(Tuple.of(user.id(), nickname, Nicknames.key(nickname), hash, ROLE)))
        .map(user);
  }

  /** Makes somebody an administrator; answers false when they are one already. */
  public Future<Boolean> grant(User user) {
    return role(mysql, user, ROLE, null);
  }

  /**
   * Answers whether they are one no more; false: they are the last one who is able to sign in, and
   * stay it.
   */
  public Future<Boolean> revoke(User user) {
    return Sql.guarded(
        mysql.withTransaction(
            transaction ->
                locked(transaction)
                    .compose(
                        able ->
                            able.stream().allMatch(one -> one.id().equals(user.id()))
                                ? Future.succeededFuture(false)
                                : role(transaction, user, null, ROLE).map(true))));
  }

  private static Future<Boolean> role(SqlClient client, User user, String next, String before) {
    return Sql.guarded(
            client
                .preparedQuery("UPDATE accounts SET role = ? WHERE id = ? AND role <=> ?")
                .execute(Tuple.of(next, user.id(), before)))
        .map(result -> result.rowCount() > 0);
  }
}
