package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.store.MysqlUrl;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.runtime.store.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A machine with a database vanishes, and another one comes in its place. */
@ExtendWith(TestMesh.class)
class VanishedStoreTest {
  @Test
  void redisIsFoundAgainSoon(TestMesh test) {
    // given
    Mesh mesh = test.mesh();
    URI url = URI.create(mesh.config().redisUrl());
    Vanishing line = new Vanishing(mesh.vertx(), url.getHost(), url.getPort());
    RedisStore redis =
        Stores.redis(
            mesh.vertx(),
            config(test, "CASTMESH_REDIS_URL", url.toString(), url.getPort(), line.port()),
            new SimpleMeterRegistry());
    await(many(redis::ping));

    // when
    line.vanish();
    many(redis::ping);

    // then
    eventually("an answer of Redis", Duration.ofSeconds(60), () -> await(redis.ping()));
    await(redis.close());
    line.close();
  }

  @Test
  void mysqlIsFoundAgainSoon(TestMesh test) {
    // given
    Mesh mesh = test.mesh();
    MysqlUrl url = MysqlUrl.parse(mesh.config().mysqlUrl());
    Vanishing line = new Vanishing(mesh.vertx(), url.host(), url.port());
    Pool mysql =
        Stores.mysql(
            mesh.vertx(),
            config(test, "CASTMESH_MYSQL_URL", mesh.config().mysqlUrl(), url.port(), line.port()));
    Supplier<Future<?>> query = () -> mysql.query("SELECT 1").execute();
    await(many(query));

    // when
    line.vanish();
    many(query);

    // then
    eventually(
        "an answer of MySQL",
        Duration.ofSeconds(90),
        () ->
            assertThat(await(query.get().timeout(5, TimeUnit.SECONDS).map(true).otherwise(false)))
                .isTrue());
    await(mysql.close());
    line.close();
  }

  /** More at once than there are connections. */
  private static Future<?> many(Supplier<? extends Future<?>> request) {
    List<? extends Future<?>> all = Stream.generate(request).limit(64).toList();
    return Future.join(all);
  }

  private static RuntimeConfig config(
      TestMesh test, String setting, String url, int port, int otherPort) {
    return RuntimeConfig.read(
        test.settings(Map.of(setting, url.replace(":" + port, ":" + otherPort))));
  }
}
