package io.castmesh.gateway.admin;

import io.castmesh.contract.Presence;
import io.castmesh.contract.User;
import io.castmesh.gateway.account.Avatars;
import io.castmesh.gateway.account.Nicknames;
import io.castmesh.gateway.account.Sql;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * People as administrators see them: those who are online, from presence; all others from their
 * accounts. Thread-safe; fails with {@code UNAVAILABLE} while a store is away.
 */
public final class People {
  /** Whom to show. */
  public enum Show {
    /** Who is online; words may stand anywhere in the nickname. */
    ONLINE,
    /** Everybody; the nickname begins with the words, so that an index finds it. */
    ALL,
    /** Who is muted or banned; likewise. */
    SANCTIONED
  }

  private static final String HOLDS =
      "(s.ends_at IS NULL OR s.ends_at > UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) * 1000)";

  private static final String SANCTIONED =
      " AND EXISTS (SELECT 1 FROM sanctions s WHERE s.account_id = accounts.id AND " + HOLDS + ")";

  /** Of a mute or ban that holds. */
  public record Restriction(String reason, String by, Instant since, Instant until) {}

  /**
   * @param state online, busy or offline
   * @param sessions how many devices are there
   * @param guest has no password
   * @param mute null: none
   * @param ban null: none
   */
  public record Person(
      User user,
      String state,
      int sessions,
      boolean guest,
      boolean admin,
      Restriction mute,
      Restriction ban) {}

  /**
   * @param complete false: there are more people online than are looked through at once
   */
  public record Page(List<Person> items, int page, int size, long total, boolean complete) {}

  private final Pool mysql;
  private final Bus bus;

  public People(Pool mysql, Bus bus) {
    this.mysql = mysql;
    this.bus = bus;
  }

  /**
   * @param words null: anybody
   * @param page from 0
   */
  public Future<Page> find(Show show, String words, int page, int size) {
    return show == Show.ONLINE ? online(words, page, size) : accounts(show, words, page, size);
  }

  private Future<Page> online(String words, int page, int size) {
    return bus.ask(Presence.SEARCH, new Presence.SearchQuery(words, page, size))
        .compose(
            found ->
                described(found.items())
                    .map(items -> new Page(items, page, size, found.total(), found.complete())));
  }

  private Future<Page> accounts(Show show, String words, int page, int size) {
    String where =
        " FROM accounts WHERE nickname_key LIKE ?" + (show == Show.SANCTIONED ? SANCTIONED : "");
    String like = (words == null ? "" : escaped(Nicknames.key(words))) + "%";
    return Sql.guarded(
            mysql.preparedQuery("SELECT COUNT(*) AS total" + where).execute(Tuple.of(like)))
        .compose(
            counted ->
                Sql.guarded(
                        mysql
                            .preparedQuery(
                                "SELECT id, nickname"
                                    + where
                                    + " ORDER BY nickname_key LIMIT ? OFFSET ?")
                            .execute(Tuple.of(like, size, page * size)))
                    .compose(
                        rows -> {
                          List<User> users = new ArrayList<>();
                          rows.forEach(
                              row ->
                                  users.add(
                                      Avatars.user(
                                          row.getString("id"), row.getString("nickname"))));
                          long total = counted.iterator().next().getLong("total");
                          return described(users)
                              .map(items -> new Page(items, page, size, total, true));
                        }));
  }

  private static String escaped(String words) {
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
  }

  private Future<List<Person>> described(List<User> users) {
    if (users.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    List<String> ids = users.stream().map(User::id).toList();
    return rows(ids)
        .compose(
            rows ->
                bus.ask(Presence.FIND, new Presence.Lookup(ids))
                    .map(
                        found -> {
                          Map<String, Presence.UserSessions> there =
                              found.users().stream()
                                  .collect(
                                      Collectors.toMap(
                                          one -> one.user().id(), Function.identity()));
                          return users.stream()
                              .map(user -> person(user, rows.get(user.id()), there.get(user.id())))
                              .toList();
                        }));
  }

  private Future<Map<String, List<Row>>> rows(List<String> ids) {
    String marks = String.join(", ", Collections.nCopies(ids.size(), "?"));
    return Sql.guarded(
            mysql
                .preparedQuery(
                    "SELECT a.id, a.role, a.password_hash IS NULL AS guest, s.kind, s.reason,"
                        + " s.imposed_by, s.imposed_at, s.ends_at FROM accounts a LEFT JOIN"
                        + " sanctions s ON s.account_id = a.id AND "
                        + HOLDS
                        + " WHERE a.id IN ("
                        + marks
                        + ")")
                .execute(Tuple.wrap(new ArrayList<>(ids))))
        .map(
            rows -> {
              Map<String, List<Row>> byId = new HashMap<>();
              rows.forEach(
                  row ->
                      byId.computeIfAbsent(row.getString("id"), first -> new ArrayList<>())
                          .add(row));
              return byId;
            });
  }

  private static Person person(User user, List<Row> rows, Presence.UserSessions there) {
    Map<String, Restriction> restrictions = new LinkedHashMap<>();
    boolean guest = false;
    boolean admin = false;
    for (Row row : rows == null ? List.<Row>of() : rows) {
      guest = row.getInteger("guest") == 1;
      admin = Admins.ROLE.equals(row.getString("role"));
      if (row.getString("kind") != null) {
        restrictions.put(row.getString("kind"), restriction(row));
      }
    }
    return new Person(
        user,
        there == null ? "offline" : there.busy() ? "busy" : "online",
        there == null ? 0 : there.sessions().size(),
        guest,
        admin,
        restrictions.get("mute"),
        restrictions.get("ban"));
  }

  private static Restriction restriction(Row row) {
    Long end = row.getLong("ends_at");
    return new Restriction(
        row.getString("reason"),
        row.getString("imposed_by"),
        Instant.ofEpochMilli(row.getLong("imposed_at")),
        end == null ? null : Instant.ofEpochMilli(end));
  }
}
