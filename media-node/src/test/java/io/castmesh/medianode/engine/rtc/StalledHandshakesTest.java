package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.WebRtcPeer.DtlsState;
import io.castmesh.medianode.engine.sdp.Direction;
import org.junit.jupiter.api.Test;

class StalledHandshakesTest extends EngineScene {
  @Test
  void peersThatSayHelloAndNothingMoreKeepNobodyOut() throws Exception {
    // given: more than work at the same time
    for (int i = 0; i < 40; i++) {
      TestPeer stalled = new TestPeer();
      stalled.stalls = true;
      Joined joined = new Joined("stalled " + i, Direction.RECVONLY, stalled);
      await("its hello", () -> joined.events.contains("dtls " + DtlsState.CONNECTING));
    }

    // when
    Joined newcomer = join("newcomer", Direction.RECVONLY);

    // then
    assertThat(newcomer.events).contains("dtls " + DtlsState.CONNECTED);
  }
}
