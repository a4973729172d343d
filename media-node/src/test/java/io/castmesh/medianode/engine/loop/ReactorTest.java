package io.castmesh.medianode.engine.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.castmesh.medianode.engine.net.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the loop's own work stands on, with native sockets and with Java's. */
class ReactorTest {
  private final CountDownLatch ticks = new CountDownLatch(3);
  private volatile boolean fails;

  private final Reactor.Work work =
      new Reactor.Work() {
        @Override
        public void onDatagram(byte[] data, int length, Route from) {}

        @Override
        public void onRouteClosed(Route route) {}

        @Override
        public void onBurstEnd() {
          if (fails) {
            throw new StackOverflowError("the end of a burst that fails");
          }
        }

        @Override
        public void onTick() {
          ticks.countDown();
        }
      };

  private Reactor reactor(boolean isNative) throws IOException {
    assumeThat(!isNative || EpollReactor.isAvailable()).isTrue();
    Listening where = Listening.udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return isNative
        ? new EpollReactor(where, "test-loop", work)
        : new NioReactor(where, "test-loop", work);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatFailsIsNotTheLastThingThatItDoes(boolean isNative) throws Exception {
    // given
    Reactor reactor = reactor(isNative);
    fails = true;
    try {
      // when
      reactor.start();

      // then
      assertThat(ticks.await(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      fails = false;
      reactor.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTaskThatComesTooLateIsRefused(boolean isNative) throws Exception {
    // given
    Reactor reactor = reactor(isNative);
    reactor.start();

    // when
    reactor.close();

    // then: whoever waits for it hears of it
    assertThatThrownBy(() -> reactor.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
