package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class StoresTest {
  @Test
  void bothDatabasesStartEmptyAndKeepWhatTheyAreGiven(Mesh mesh) {
    // given nothing but the mark by which a later loss of everything is noticed
    assertThat(RedisStore.texts(await(mesh.redis().run(Command.KEYS, "*"))))
        .containsExactly("mesh:epoch");
    assertThat(await(mesh.mysql().query("SHOW TABLES").execute())).isEmpty();

    // when
    await(mesh.redis().run(Command.HSET, "live:1", "title", "晚上好"));
    await(mesh.mysql().query("CREATE TABLE note (text VARCHAR(20))").execute());
    await(mesh.mysql().preparedQuery("INSERT INTO note VALUES (?)").execute(Tuple.of("naïve 😀")));

    // then
    assertThat(await(mesh.redis().hash("live:1"))).containsEntry("title", "晚上好");
    assertThat(await(mesh.mysql().query("SELECT text FROM note").execute()).iterator().next())
        .matches(row -> row.getString(0).equals("naïve 😀"));
  }

  @Test
  void aScriptReadsAndWritesInOneStep(Mesh mesh) {
    // given
    String take = "local v = redis.call('GET', KEYS[1]); redis.call('DEL', KEYS[1]); return v";
    await(mesh.redis().run(Command.SET, "ticket", 7));

    // when
    String first = await(mesh.redis().eval(take, List.of("ticket"))).toString();
    Object second = await(mesh.redis().eval(take, List.of("ticket")));

    // then
    assertThat(first).isEqualTo("7");
    assertThat(second).isNull();
  }

  @Test
  void readinessNamesWhatItDependsOnAndIsRefusedUntilStarted(Mesh mesh) {
    // given, when
    JsonObject before = health(mesh, "/health/ready", 503);
    mesh.management().started();

    // then
    assertThat(before.getString("state")).isEqualTo("STARTING");
    eventually(
        "both are known to answer",
        () ->
            assertThat(health(mesh, "/health/ready", 200).getJsonObject("checks").getMap())
                .containsEntry("mysql", "UP")
                .containsEntry("redis", "UP"));
  }

  private static JsonObject health(Mesh mesh, String path, int status) {
    return await(
        mesh.vertx()
            .createHttpClient()
            .request(HttpMethod.GET, mesh.management().port(), "127.0.0.1", path)
            .compose(request -> request.send())
            .expecting(response -> response.statusCode() == status)
            .compose(HttpClientResponse::body)
            .map(body -> body.toJsonObject()));
  }
}
