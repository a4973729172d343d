package io.castmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.life.Lifecycle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private final Lifecycle lifecycle = new Lifecycle();
  private final List<String> stopped = Collections.synchronizedList(new ArrayList<>());

  @Test
  void whatWasStartedLastIsStoppedFirst() {
    // given
    step("database");
    step("bus");
    step("service");

    // when
    boolean clean = lifecycle.drain(Duration.ofSeconds(5));

    // then
    assertThat(clean).isTrue();
    assertThat(stopped).containsExactly("service", "bus", "database");
    assertThat(lifecycle.state()).isEqualTo(Lifecycle.State.STOPPED);
  }

  @Test
  void oneStepThatHangsAndOneThatFailsDoNotKeepTheRestFromStopping() {
    // given
    step("database");
    lifecycle.onStop("broken", () -> Future.failedFuture("no"));
    lifecycle.onStop(
        "throwing",
        () -> {
          throw new IllegalStateException("no");
        });
    lifecycle.onStop("hanging", () -> Promise.<Void>promise().future());
    long begin = System.nanoTime();

    // when
    boolean clean = lifecycle.drain(Duration.ofSeconds(1));

    // then
    assertThat(clean).isFalse();
    assertThat(stopped).containsExactly("database");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void itDrainsOnceAndSaysSoWhileItDoes() throws Exception {
    // given
    CountDownLatch draining = new CountDownLatch(1);
    Promise<Void> release = Promise.promise();
    lifecycle.onStop(
        "slow",
        () -> {
          draining.countDown();
          return release.future();
        });
    Thread first = new Thread(() -> lifecycle.drain(Duration.ofSeconds(5)));
    first.start();
    assertThat(draining.await(2, TimeUnit.SECONDS)).isTrue();

    // when
    boolean second = lifecycle.drain(Duration.ofSeconds(5));

    // then
    assertThat(second).isFalse();
    assertThat(lifecycle.running()).isFalse();
    assertThat(lifecycle.state()).isEqualTo(Lifecycle.State.DRAINING);
    release.complete();
    first.join(2_000);
    assertThat(lifecycle.state()).isEqualTo(Lifecycle.State.STOPPED);
  }

  private void step(String name) {
    lifecycle.onStop(
        name,
        () -> {
          stopped.add(name);
          return Future.succeededFuture();
        });
  }
}
