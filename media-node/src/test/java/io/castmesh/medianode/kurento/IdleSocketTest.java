package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdleSocketTest {
  /** What Kurento's client says when nobody asks it for anything. */
  private static final long CLIENT_PING_MILLIS = 240_000;

  @Test
  void aClientThatPingsAsKurentosDoesIsNotCut() {
    assertThat(KurentoLimits.defaults().idleMillis()).isGreaterThan(2 * CLIENT_PING_MILLIS);
  }

  @Test
  void aSocketThatSaysNothingForTooLongIsClosed() throws Exception {
    // given
    try (TestNode node = new TestNode(KurentoLimits.defaults().withIdleMillis(400));
        RawSocket socket = new RawSocket(node.url())) {
      // when: nothing

      // then
      assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isNotNull();
    }
  }
}
