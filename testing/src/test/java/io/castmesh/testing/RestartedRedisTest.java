package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.embedded.EmbeddedRedis;
import io.castmesh.embedded.Place;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.runtime.store.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.redis.client.Command;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Redis of its own is started again, with its data. */
@ExtendWith(TestMesh.class)
class RestartedRedisTest {
  @Test
  void whatItMayHaveLostIsSaidAgain(TestMesh test) throws Exception {
    // given
    Mesh mesh = test.mesh();
    EmbeddedRedis first = EmbeddedRedis.start(Place.in(test.dataDir()));
    RuntimeConfig config =
        RuntimeConfig.read(test.settings(Map.of("CASTMESH_REDIS_URL", first.url())));
    RedisStore redis = Stores.redis(mesh.vertx(), config, new SimpleMeterRegistry());
    await(redis.start());
    AtomicInteger said = new AtomicInteger();
    redis.onEmptied(said::incrementAndGet);
    await(redis.run(Command.SET, "kept", "yes"));

    // when
    first.stop();
    EmbeddedRedis second =
        EmbeddedRedis.start(new Place(test.dataDir(), Place.LOOPBACK, first.port(), null));

    // then
    eventually("it is said again", () -> assertThat(said.get()).isEqualTo(1));
    assertThat(await(redis.run(Command.GET, "kept")).toString()).isEqualTo("yes");
    await(redis.close());
    second.stop();
  }
}
