package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.FailureException;
import io.castmesh.contract.Nodes;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.MemberProcess.Order;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** What processes do that cannot speak with each other. */
@ExtendWith(TestMesh.class)
@DisabledOnOs(OS.WINDOWS)
class MemberProcessTest {
  /** As the processes' own messages say: {@code EX_TEMPFAIL}, to be started afresh. */
  private static final int START_AFRESH = 75;

  private static final String ECHO = Nodes.ECHO.address();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void oneThatStartsWhileTheOtherHangsGoesOnAloneAndMeetsItAfterwards(TestMesh test)
      throws Exception {
    Map<String, String> identity = ClusterTlsTest.identity(test.dataDir().resolve("ours"));
    int port = Tap.freePort();
    Map<String, String> first = MemberProcess.at(test, port, port);
    first.putAll(identity);
    try (MemberProcess other = MemberProcess.start(test, first)) {
      // given
      other.awaitReady().freeze();

      // when
      Map<String, String> settings = MemberProcess.at(test, Tap.freePort(), port);
      settings.putAll(identity);
      try (MemberProcess started = MemberProcess.start(test, settings)) {
        started.awaitReady();
        assertThat(started.knows()).isEqualTo(1);
        other.thaw();

        // then
        eventually(
            "both know each other",
            PATIENCE,
            () -> {
              assertThat(started.knows()).isEqualTo(2);
              assertThat(other.knows()).isEqualTo(2);
            });
      }
    }
  }

  /** Who gave it up may have done without, or asked somebody else. */
  @Test
  void whatWasOrderedWhileItHungIsNotCarriedOutAfterwards(TestMesh test) throws Exception {
    int port = Tap.freePort();
    try (TestCluster cluster = test.cluster()) {
      // given
      Mesh one = cluster.start("one", MemberProcess.at(test, port, port));
      BlockingQueue<Order> carriedOut = new LinkedBlockingQueue<>();
      await(one.bus().listen(MemberProcess.CARRIED_OUT, carriedOut::add));
      Map<String, String> settings = MemberProcess.at(test, Tap.freePort(), port);
      try (MemberProcess other = MemberProcess.start(test, settings)) {
        other.awaitReady();
        order(one, "before");
        other.freeze();

        // when
        Future<Order> late = one.bus().ask(MemberProcess.ORDER, new Order("late"));
        assertThatThrownBy(() -> await(late)).isInstanceOf(FailureException.class);
        TimeUnit.SECONDS.sleep(6);
        other.thaw();

        // then
        order(one, "after");
        eventually(
            "it is heard of",
            () -> assertThat(carriedOut).extracting(Order::text).contains("after"));
        assertThat(carriedOut).extracting(Order::text).startsWith("before").doesNotContain("late");
      }
    }
  }

  /** As often as it takes to be answered. */
  private static void order(Mesh asking, String text) {
    eventually(
        text + " is carried out",
        PATIENCE,
        () ->
            assertThat(await(asking.bus().ask(MemberProcess.ORDER, new Order(text))).text())
                .isEqualTo(text));
  }

  @Test
  void oneWhomTheOthersHaveLostForGoodEndsToBeStartedAfresh(TestMesh test) throws Exception {
    int port = Tap.freePort();
    try (TestCluster cluster = test.cluster()) {
      // given
      Mesh one = cluster.start("one", MemberProcess.at(test, port, port));
      Map<String, String> settings = MemberProcess.at(test, Tap.freePort(), port);
      try (MemberProcess deaf = MemberProcess.start(test, settings)) {
        // when: what the other sends it is lost, as after a partition
        neverCallsBack(one);
        deaf.awaitReady();

        // then
        assertThat(deaf.awaitExit(PATIENCE)).isEqualTo(START_AFRESH);
      }
    }
  }

  /** It takes questions, and its questions are answered; only it never calls anybody back. */
  private static void neverCallsBack(Mesh one) {
    one.vertx()
        .eventBus()
        .addOutboundInterceptor(
            delivery -> {
              String endpoint = delivery.message().headers().get("endpoint");
              if (endpoint == null || !endpoint.startsWith(ECHO)) {
                delivery.next();
              }
            });
  }
}
