package io.castmesh.runtime.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
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

  /**
   * Runs {@code db/<service>/V*.sql} of the class path; their history is kept in {@code
   * schema_<service>}, so that services migrate independently of each other.
   */
  public static Future<Void> run(Vertx vertx, String mysqlUrl, String service) {
    return vertx.executeBlocking(
        () -> {
          Flyway.configure(Migrations.class.getClassLoader())
              .dataSource(dataSource(MysqlUrl.parse(mysqlUrl)))
              .locations("classpath:db/" + service)
              .table("schema_" + service)
              .baselineOnMigrate(true)
              .baselineVersion("0")
              .connectRetries(CONNECT_RETRIES)
              .connectRetriesInterval(RETRY_SECONDS)
              .load()
              .migrate();
          return null;
        });
  }

  private static MariaDbDataSource dataSource(MysqlUrl url) throws SQLException {
    MariaDbDataSource source =
        new MariaDbDataSource(
            "jdbc:mysql://"
                + url.host()
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
