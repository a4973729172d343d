package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.MediaNodeConfig.PeerLimits;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.sdp.Direction;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a viewer reports is work, and there is a bound to it. */
class FeedbackLimitsTest extends EngineScene {
  @Test
  void aViewerThatFloodsWithReportsIsCutAndStillGetsThePicture() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    presenter.connect(viewer.peer);
    camera(presenter, 100);
    RtcpWriter report = new RtcpWriter();
    report.pictureLoss(1, 2);

    // when: far less than what a peer may send altogether
    await(
        "reports to be dropped",
        () -> {
          for (int i = 0; i < 15; i++) {
            viewer.remote.sendRtcp(report);
          }
          return engine.stats().drops().overLimit() > 0;
        });

    // then
    int before = viewer.remote.received(TestPeer.VIDEO_TYPE).size();
    await("more", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() > before + 20);
  }

  @Test
  void reportsHaveABoundOfTheirOwn() {
    // given
    RateGuard guard = RateGuard.ofRtcp(PeerLimits.DEFAULT);
    long second = TimeUnit.SECONDS.toNanos(1);

    // when: as fast as a peer may send anything
    int admitted = 0;
    for (int i = 0; i < 10_000; i++) {
      admitted += guard.admit(100, second + i * second / 5_000) ? 1 : 0;
    }

    // then: what is allowed in two seconds, and half a second in advance
    assertThat(admitted).isBetween(1_240, 1_260);
    assertThat(guard.reason()).contains("500 RTCP packets/s");
  }
}
