package io.castmesh.runtime.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.mariadb.jdbc.MariaDbDataSource;

/** Brings a service's own tables up to date when it starts; several nodes may start at once. */
public final class Migrations {
  private Migrations() {}

  /**
   * Together some half minute: MySQL may come up beside us, and the launcher waits for a minute.
   */
  private static final int CONNECT_RETRIES = 7;

  /** The longest pause between two of them; the first are shorter. */
  private static final int RETRY_SECONDS = 5;

  /** Those of this process that are under way. */
  private static final Set<Future<Void>> UNDER_WAY = ConcurrentHashMap.newKeySet();

  /**
   * Runs {@code db/<service>/V*.sql} of the class path; their history is kept in {@code
   * schema_<service>}, so that services migrate independently of each other.
   *
   * <p>One that was cut off, by the end of its process or of MySQL, runs again: each statement has
   * to do nothing where it has been done before. MySQL keeps a change of a table before the history
   * says so.
   */
  public static Future<Void> run(Vertx vertx, String mysqlUrl, String service) {
    Future<Void> running =
        vertx.executeBlocking(
            () -> {
              migrate(MysqlUrl.parse(mysqlUrl), service);
              return null;
            });
    UNDER_WAY.add(running);
    return running.onComplete(done -> UNDER_WAY.remove(running));
  }

  /** Whether tables are being changed, which takes as long as they are large. */
  public static boolean underWay() {
    return !UNDER_WAY.isEmpty();
  }

  /** Completes when none is under way; never fails. */
  public static Future<Void> ended() {
    return Future.join(List.copyOf(UNDER_WAY)).<Void>mapEmpty().otherwiseEmpty();
  }

  private static void migrate(MysqlUrl url, String service) throws SQLException {
    DataSource source = dataSource(url);
    Flyway flyway =
        Flyway.configure(Migrations.class.getClassLoader())
            .dataSource(source)
            .locations("classpath:db/" + service)
            .table(history(service))
            .baselineOnMigrate(true)
            .baselineVersion("0")
            // Databases of before hold the sums of files that did not yet run twice; an older
            // version that starts during an update, too, is to find them as they were.
            .validateOnMigrate(false)
            .connectRetries(CONNECT_RETRIES)
            .connectRetriesInterval(RETRY_SECONDS)
            .load();
    if (Stream.of(flyway.info().all()).anyMatch(one -> one.getState().isFailed())) {
      forgetFailures(source, service);
    }
    flyway.migrate();
  }

  /** Until then nothing is migrated any more; what has failed is tried again. */
  private static void forgetFailures(DataSource source, String service) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM " + history(service) + " WHERE success = 0");
    }
  }

  private static String history(String service) {
    return "schema_" + service;
  }

  private static MariaDbDataSource dataSource(MysqlUrl url) throws SQLException {
    MariaDbDataSource source =
        new MariaDbDataSource(
            "jdbc:mysql://"
                + (url.host().contains(":") ? "[" + url.host() + "]" : url.host())
                + ":"
                + url.port()
                + "/"
                + url.database()
                // MySQL 8 sends its public key to those who have not signed in before: without TLS
                // the password is encrypted with it (caching_sha2_password).
                + "?permitMysqlScheme&connectTimeout=5000&allowPublicKeyRetrieval=true");
    source.setUser(url.user());
    source.setPassword(url.password());
    return source;
  }
}
