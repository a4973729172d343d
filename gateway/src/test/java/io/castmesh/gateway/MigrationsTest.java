package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.store.Migrations;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables, after a start that was cut off at any place. */
@ExtendWith(TestMesh.class)
class MigrationsTest {
  private static final List<String> FILES = List.of("V1__accounts", "V2__administration");

  @BeforeEach
  void thereAreNoTables(Mesh mesh) {
    sql(
        mesh,
        "DROP TABLE IF EXISTS schema_gateway, sanctions, admin_actions, refresh_tokens, accounts");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 7, 8, 9})
  void whatWasCutOffGoesOnAtTheNextStart(int statements, Mesh mesh) throws Exception {
    // given statements that were carried out, and nothing that says so
    List<String> all = statements();
    assertThat(all).hasSize(9);
    await(
        mesh.mysql()
            .withConnection(
                connection -> {
                  Future<Void> done = Future.succeededFuture();
                  for (String one : all.subList(0, statements)) {
                    done = done.compose(before -> connection.query(one).execute().mapEmpty());
                  }
                  return done;
                }));

    // when
    migrate(mesh);

    // then
    assertComplete(mesh);
  }

  @Test
  void whatHasFailedOnceIsTriedAgain(Mesh mesh) {
    // given, as MySQL that goes away in the middle of a change leaves it
    migrate(mesh);
    sql(mesh, "DROP TABLE admin_actions");
    sql(mesh, "UPDATE schema_gateway SET success = 0 WHERE version = '2'");

    // when
    migrate(mesh);

    // then
    assertComplete(mesh);
  }

  @Test
  void tablesOfAnEarlierVersionAreLeftAsTheyAre(Mesh mesh) {
    // given the sums of files that were different
    migrate(mesh);
    sql(mesh, "UPDATE schema_gateway SET checksum = 1 WHERE checksum IS NOT NULL");

    // when
    migrate(mesh);

    // then
    assertComplete(mesh);
    assertThat(sql(mesh, "SELECT * FROM schema_gateway WHERE checksum = 1")).isNotEmpty();
  }

  private static void assertComplete(Mesh mesh) {
    assertThat(
            Stream.of("role", "nickname_key")
                .flatMap(
                    column -> rows(sql(mesh, "SHOW COLUMNS FROM accounts LIKE '" + column + "'"))))
        .hasSize(2);
    assertThat(rows(sql(mesh, "SHOW INDEX FROM accounts")).map(row -> row.getString("Key_name")))
        .contains("accounts_role");
    assertThat(rows(sql(mesh, "SHOW TABLES")).map(row -> row.getString(0)))
        .contains("accounts", "refresh_tokens", "sanctions", "admin_actions");
    assertThat(
            rows(sql(mesh, "SELECT version FROM schema_gateway WHERE success = 1"))
                .map(row -> row.getString(0)))
        .contains("1", "2");
  }

  private static void migrate(Mesh mesh) {
    await(Migrations.run(mesh.vertx(), mesh.config().mysqlUrl(), "gateway"));
  }

  private static RowSet<Row> sql(Mesh mesh, String statement) {
    return await(mesh.mysql().query(statement).execute());
  }

  private static Stream<Row> rows(RowSet<Row> rows) {
    return rows.stream();
  }

  private static List<String> statements() throws Exception {
    StringBuilder all = new StringBuilder();
    for (String file : FILES) {
      try (InputStream in =
          MigrationsTest.class.getResourceAsStream("/db/gateway/" + file + ".sql")) {
        all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return Stream.of(all.toString().replaceAll("(?m)^--.*$", "").split(";\\s*\n"))
        .map(String::strip)
        .filter(one -> !one.isEmpty())
        .toList();
  }
}
