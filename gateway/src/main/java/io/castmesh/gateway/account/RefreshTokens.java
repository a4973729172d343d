package io.castmesh.gateway.account;

import io.castmesh.contract.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Long-lived tokens that are used once each: every use brings a successor. A token that is used a
 * second time has been stolen, so its whole family ends (RFC 9700, section 4.14). Unless its answer
 * was lost, as when a gateway dies: for a while, and while nobody has used the successor, it brings
 * another one in that one's place. Only hashes are stored.
 */
final class RefreshTokens {
  private static final int BYTES = 32;

  /** For a client that has not got the answer to find a network and try again. */
  private static final int LOST_ANSWER_SECONDS = 600;

  /** A token and whose it is. */
  record Issued(String accountId, String family, String token) {}

  private final Pool mysql;
  private final Duration ttl;
  private final Function<String, Future<Void>> familyEnded;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param familyEnded what else is to end with a family that is not trusted any more; never fails
   */
  RefreshTokens(Pool mysql, Duration ttl, Function<String, Future<Void>> familyEnded) {
    this.mysql = mysql;
    this.ttl = ttl;
    this.familyEnded = familyEnded;
  }

  Future<Issued> issue(SqlClient client, String accountId) {
    String family = UUID.randomUUID().toString();
    return insert(client, accountId, family).map(token -> new Issued(accountId, family, token));
  }

  /** Forgets what nobody can use any more, a part at a time, and guests who have nothing left. */
  Future<Void> forgetExpired() {
    return mysql
        .query("DELETE FROM refresh_tokens WHERE expires_at < CURRENT_TIMESTAMP(3) LIMIT 5000")
        .execute()
        .compose(
            done ->
                mysql
                    .query(
                        "DELETE FROM accounts WHERE password_hash IS NULL AND created_at <"
                            + " CURRENT_TIMESTAMP(3) - INTERVAL 1 DAY AND id NOT IN (SELECT"
                            + " account_id FROM refresh_tokens) LIMIT 5000")
                    .execute())
        .mapEmpty();
  }

  /**
   * @param mayComeIn throws a failure when its owner is not let in: the token stays unused
   */
  Future<Issued> rotate(String token, Consumer<String> mayComeIn) {
    long begun = System.nanoTime();
    // A failure inside of a transaction rolls it back, but a family that ends must stay ended.
    return mysql
        .withTransaction(
            connection ->
                connection
                    .preparedQuery(
                        "SELECT account_id, family, used_at IS NOT NULL AS used,"
                            + " revoked_at IS NOT NULL AS revoked,"
                            + " expires_at <= CURRENT_TIMESTAMP(3) AS expired,"
                            + " used_at > CURRENT_TIMESTAMP(3) - INTERVAL ? SECOND AND NOT EXISTS"
                            + " (SELECT 1 FROM refresh_tokens later WHERE later.family ="
                            + " mine.family AND later.used_at > mine.used_at) AS unanswered"
                            + " FROM refresh_tokens mine WHERE token_hash = ? FOR UPDATE")
                    .execute(Tuple.of(LOST_ANSWER_SECONDS, hash(token)))
                    .compose(
                        rows -> {
                          // The client may have been answered by another gateway meanwhile: what
                          // it has got there is not to be replaced.
                          Sql.requireInTime(begun);
                          return rows.size() == 0
                              ? Future.<Outcome>failedFuture(Failure.TOKEN_INVALID.exception())
                              : next(connection, token, rows.iterator().next(), mayComeIn);
                        }))
        .compose(
            outcome ->
                outcome.endedFamily() == null
                    ? Future.succeededFuture(outcome)
                    : familyEnded.apply(outcome.endedFamily()).map(outcome))
        .compose(
            outcome ->
                outcome.refused() == null
                    ? Future.succeededFuture(outcome.rotated())
                    : Future.failedFuture(outcome.refused().exception()));
  }

  /** Ends the token and all its successors; an unknown one is ended already. Repeatable. */
  Future<Void> revoke(String accountId, String token) {
    return mysql
        .preparedQuery(
            "UPDATE refresh_tokens SET revoked_at = CURRENT_TIMESTAMP(3) WHERE family = (SELECT"
                + " family FROM (SELECT family FROM refresh_tokens WHERE token_hash = ? AND"
                + " account_id = ?) AS mine)")
        .execute(Tuple.of(hash(token), accountId))
        .mapEmpty();
  }

  /** One of rotated and refused; the family only when it has been ended. */
  private record Outcome(Issued rotated, Failure refused, String endedFamily) {}

  private Future<Outcome> next(
      SqlClient connection, String token, Row row, Consumer<String> mayComeIn) {
    String family = row.getString("family");
    boolean used = row.getInteger("used") == 1;
    boolean unanswered = used && row.getInteger("unanswered") == 1;
    if (row.getInteger("revoked") == 1 || used && !unanswered) {
      return connection
          .preparedQuery(
              "UPDATE refresh_tokens SET revoked_at = CURRENT_TIMESTAMP(3) WHERE family = ?")
          .execute(Tuple.of(family))
          .map(new Outcome(null, Failure.TOKEN_REVOKED, family));
    }
    if (row.getInteger("expired") == 1) {
      return Future.succeededFuture(new Outcome(null, Failure.TOKEN_EXPIRED, null));
    }
    String accountId = row.getString("account_id");
    mayComeIn.accept(accountId);
    // Whoever should show the successor that this replaces has stolen it.
    String replaced =
        "UPDATE refresh_tokens SET revoked_at = CURRENT_TIMESTAMP(3)"
            + " WHERE family = ? AND used_at IS NULL";
    return (unanswered
            ? connection.preparedQuery(replaced).execute(Tuple.of(family))
            : connection
                .preparedQuery(
                    "UPDATE refresh_tokens SET used_at = CURRENT_TIMESTAMP(3) WHERE token_hash = ?")
                .execute(Tuple.of(hash(token))))
        .compose(done -> insert(connection, accountId, family))
        .map(successor -> new Outcome(new Issued(accountId, family, successor), null, null));
  }

  private Future<String> insert(SqlClient client, String accountId, String family) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    return client
        .preparedQuery(
            "INSERT INTO refresh_tokens (token_hash, account_id, family, expires_at) VALUES (?, ?,"
                + " ?, CURRENT_TIMESTAMP(3) + INTERVAL ? SECOND)")
        .execute(Tuple.of(hash(token), accountId, family, ttl.toSeconds()))
        .map(token);
  }

  private static Buffer hash(String token) {
    try {
      return Buffer.buffer(
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
