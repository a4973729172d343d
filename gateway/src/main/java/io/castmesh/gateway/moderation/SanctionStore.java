package io.castmesh.gateway.moderation;

import io.castmesh.contract.User;
import io.castmesh.gateway.account.Sql;
import io.castmesh.gateway.moderation.Sanction.Kind;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Mutes and bans in MySQL, by its clock. Thread-safe; fails with {@code UNAVAILABLE} while MySQL is
 * away.
 */
public final class SanctionStore {
  /** Ms since 1970, by the clock of the database: gateways' clocks may differ. */
  private static final String NOW = "CAST(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) * 1000 AS SIGNED)";

  private static final String SELECT =
      "SELECT account_id, kind, reason, imposed_by, imposed_at, ends_at, "
          + NOW
          + " AS now FROM sanctions";

  /** Lifted and ended ones are kept so long: every gateway has found them by then. */
  private static final long KEEP_MILLIS = Duration.ofDays(1).toMillis();

  /**
   * What was read, ended ones included.
   *
   * @param now ms, by the clock of the database; 0 when nothing was found
   */
  record Read(List<Sanction> items, long now) {}

  private final Pool mysql;

  public SanctionStore(Pool mysql) {
    this.mysql = mysql;
  }

  /** All that hold. */
  Future<Read> all() {
    return read(SELECT + " WHERE ends_at IS NULL OR ends_at > " + NOW, Tuple.tuple());
  }

  Future<Read> of(String userId) {
    return read(SELECT + " WHERE account_id = ?", Tuple.of(userId));
  }

  /**
   * @param since ms, by the clock of the database
   */
  Future<Read> changed(long since) {
    return read(SELECT + " WHERE changed_at >= ?", Tuple.of(since));
  }

  private Future<Read> read(String sql, Tuple arguments) {
    return Sql.guarded(mysql.preparedQuery(sql).execute(arguments)).map(SanctionStore::sanctions);
  }

  private static Read sanctions(RowSet<Row> rows) {
    List<Sanction> items = new ArrayList<>();
    long now = 0;
    for (Row row : rows) {
      Long end = row.getLong("ends_at");
      items.add(
          new Sanction(
              row.getString("account_id"),
              Kind.of(row.getString("kind")),
              row.getString("reason"),
              row.getString("imposed_by"),
              Instant.ofEpochMilli(row.getLong("imposed_at")),
              end == null ? null : Instant.ofEpochMilli(end)));
      now = row.getLong("now");
    }
    return new Read(items, now);
  }

  /**
   * Begins, or replaces one of that kind.
   *
   * @param connection inside of a transaction, or the pool
   * @param reason may be null
   * @param lasts null: for good
   */
  public Future<Void> impose(
      SqlClient connection, String userId, Kind kind, String reason, User by, Duration lasts) {
    Long millis = lasts == null ? null : lasts.toMillis();
    return connection
        .preparedQuery(
            "INSERT INTO sanctions (account_id, kind, reason, imposed_by, imposed_at, ends_at,"
                + " changed_at) VALUES (?, ?, ?, ?, "
                + NOW
                + ", "
                + NOW
                + " + ?, "
                + NOW
                + ") ON DUPLICATE KEY UPDATE reason = VALUES(reason), imposed_by ="
                + " VALUES(imposed_by), imposed_at = VALUES(imposed_at), ends_at ="
                + " VALUES(ends_at), changed_at = VALUES(changed_at)")
        .execute(Tuple.of(userId, kind.column(), reason, by.nickname(), millis))
        .mapEmpty();
  }

  /** Ends it now; answers whether there was any. */
  public Future<Boolean> lift(SqlClient connection, String userId, Kind kind) {
    return connection
        .preparedQuery(
            "UPDATE sanctions SET ends_at = "
                + NOW
                + ", changed_at = "
                + NOW
                + " WHERE account_id = ? AND kind = ? AND (ends_at IS NULL OR ends_at > "
                + NOW
                + ")")
        .execute(Tuple.of(userId, kind.column()))
        .map(result -> result.rowCount() > 0);
  }

  /** To be called now and then: forgets what has ended long ago. */
  public Future<Void> forgetEnded() {
    return Sql.guarded(
            mysql
                .preparedQuery("DELETE FROM sanctions WHERE ends_at < " + NOW + " - ? LIMIT 5000")
                .execute(Tuple.of(KEEP_MILLIS)))
        .mapEmpty();
  }
}
