package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.MediaNodeConfig.PortRange;
import io.castmesh.medianode.engine.RtpPeer.Protection;
import io.castmesh.medianode.engine.SdpPeer;
import org.junit.jupiter.api.Test;

/** The same on several loops: an endpoint's ports belong to the loop that it is on. */
class PlainRtpOnLoopsTest extends PlainRtpTest {
  @Override
  MediaNodeConfig config() {
    return MediaNodeConfig.LOOPBACK.withLoops(2);
  }

  @Test
  void endpointsAreSpreadOverTheLoops() {
    // given
    RtcEngine engine = engine(PortRange.ANY);
    // when
    for (int i = 0; i < 6; i++) {
      engine.createRtpPeer("peer-" + i, Protection.NONE, new SdpPeer.Listener() {});
    }
    // then
    assertThat(engine.loops()).extracting(PeerLoop::load).containsExactly(3, 3);
  }
}
