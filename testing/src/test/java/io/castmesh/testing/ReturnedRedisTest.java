package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.embedded.EmbeddedRedis;
import io.castmesh.embedded.Place;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.runtime.store.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Redis of its own goes away and comes back with its data. */
@ExtendWith(TestMesh.class)
class ReturnedRedisTest {
  private final AtomicInteger said = new AtomicInteger();
  private EmbeddedRedis server;
  private RedisStore redis;

  @BeforeEach
  void start(TestMesh test) throws Exception {
    server = EmbeddedRedis.start(Place.in(test.dataDir()));
    RuntimeConfig config =
        RuntimeConfig.read(test.settings(Map.of("CASTMESH_REDIS_URL", server.url())));
    redis = Stores.redis(test.mesh().vertx(), config, new SimpleMeterRegistry());
    await(redis.start());
    redis.onEmptied(said::incrementAndGet);
    await(redis.run(Command.SET, "kept", "yes"));
  }

  @AfterEach
  void stop() throws Exception {
    await(redis.close());
    server.stop();
  }

  @Test
  void whatOneThatWasStartedAgainMayHaveLostIsSaidAgain(TestMesh test) throws Exception {
    // when
    int port = server.port();
    server.stop();
    server = EmbeddedRedis.start(new Place(test.dataDir(), Place.LOOPBACK, port, null));

    // then
    eventually("it is said again", () -> assertThat(said.get()).isEqualTo(1));
    assertThat(await(redis.run(Command.GET, "kept")).toString()).isEqualTo("yes");
  }

  @Test
  void leasesThatRanOutWhileItStoodStillAreSaidAgain() throws Exception {
    // when
    signal("STOP");
    try {
      Thread.sleep(25_000);
    } finally {
      signal("CONT");
    }

    // then
    eventually("it is said again", () -> assertThat(said.get()).isEqualTo(1));
    assertThat(await(redis.run(Command.GET, "kept")).toString()).isEqualTo("yes");
  }

  private void signal(String name) throws IOException, InterruptedException {
    String pid = String.valueOf(server.child().pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }
}
