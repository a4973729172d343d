package io.castmesh.gateway.admin;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.User;
import io.castmesh.gateway.account.Sql;
import io.vertx.core.Future;
import io.vertx.mysqlclient.MySQLClient;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What administrators did: who, what, to whom, when, and what came of it. Written down before it is
 * done: what cannot be written down is not done.
 *
 * <p>Thread-safe.
 */
public final class AdminLog {
  private static final Logger log = LoggerFactory.getLogger(AdminLog.class);
  private static final String DONE = "done";
  private static final int TARGET_LENGTH = 255;
  private static final int DETAILS_LENGTH = 500;

  /**
   * Something to be done.
   *
   * @param name such as kick
   * @param target id of a person, live, room, call, video or node
   * @param targetName as people call it
   * @param details may be null
   */
  public record Action(String name, String target, String targetName, String details) {}

  /**
   * @param outcome done, or the name of the failure; null: not known, its gateway has died over it
   */
  public record Entry(
      long id,
      Instant time,
      String admin,
      String action,
      String target,
      String targetName,
      String details,
      String outcome) {}

  public record Entries(List<Entry> items, boolean more) {}

  private final Pool mysql;

  public AdminLog(Pool mysql) {
    this.mysql = mysql;
  }

  /** Writes it down, does it, and notes what came of it. */
  public <T> Future<T> doing(User admin, Action action, Supplier<Future<T>> work) {
    return Sql.guarded(write(mysql, admin, action, null))
        .compose(
            id ->
                work.get()
                    .onSuccess(done -> note(id, DONE))
                    .onFailure(error -> note(id, nameOf(error))))
        .onSuccess(done -> tell(admin, action));
  }

  /** Writes down, inside of a transaction, what the transaction does. */
  Future<Void> done(SqlClient transaction, User admin, Action action) {
    return write(transaction, admin, action, DONE)
        .onSuccess(written -> tell(admin, action))
        .mapEmpty();
  }

  /** What somebody did at the command line. */
  public Future<Void> doneByHand(Action action) {
    User nobody = new User("", "command line", "");
    return Sql.guarded(write(mysql, nobody, action, DONE)).mapEmpty();
  }

  private static void tell(User admin, Action action) {
    log.info("admin action={} by={} target={}", action.name(), admin.id(), action.target());
  }

  private static String nameOf(Throwable error) {
    Failure failure = error instanceof FailureException known ? known.failure() : Failure.INTERNAL;
    return failure.name();
  }

  private static Future<Long> write(SqlClient client, User admin, Action action, String outcome) {
    return client
        .preparedQuery(
            "INSERT INTO admin_actions (time, admin_id, admin_nickname, action, target,"
                + " target_name, details, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .execute(
            Tuple.of(
                System.currentTimeMillis(),
                admin.id(),
                admin.nickname(),
                action.name(),
                cut(action.target(), TARGET_LENGTH),
                cut(action.targetName(), TARGET_LENGTH),
                cut(action.details(), DETAILS_LENGTH),
                outcome))
        .map(result -> result.property(MySQLClient.LAST_INSERTED_ID));
  }

  private static String cut(String text, int length) {
    return text == null || text.length() <= length ? text : text.substring(0, length);
  }

  private void note(long id, String outcome) {
    mysql
        .preparedQuery("UPDATE admin_actions SET outcome = ? WHERE id = ?")
        .execute(Tuple.of(outcome, id))
        .onFailure(error -> log.warn("outcome not noted action={} error={}", id, error.toString()));
  }

  /**
   * The newest first.
   *
   * @param before only those with a lower id
   */
  public Future<Entries> list(long before, int size) {
    return Sql.guarded(
            mysql
                .preparedQuery(
                    "SELECT id, time, admin_nickname, action, target, target_name, details, outcome"
                        + " FROM admin_actions WHERE id < ? ORDER BY id DESC LIMIT ?")
                .execute(Tuple.of(before, size + 1)))
        .map(
            rows -> {
              List<Entry> items = new ArrayList<>();
              rows.forEach(row -> items.add(entry(row)));
              boolean more = items.size() > size;
              return new Entries(List.copyOf(more ? items.subList(0, size) : items), more);
            });
  }

  private static Entry entry(Row row) {
    return new Entry(
        row.getLong("id"),
        Instant.ofEpochMilli(row.getLong("time")),
        row.getString("admin_nickname"),
        row.getString("action"),
        row.getString("target"),
        row.getString("target_name"),
        row.getString("details"),
        row.getString("outcome"));
  }
}
