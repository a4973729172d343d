package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.ice.IceLiteAgent;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.sdp.Direction;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The ways that peers come by, and that they change in the middle, over real sockets. */
class PeerOnItsWayTest extends EngineScene {
  private static void seesMore(Joined viewer, String what) throws InterruptedException {
    int before = viewer.remote.received(TestPeer.VIDEO_TYPE).size();
    await(what, () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= before + 30);
  }

  private Joined overTcp(String id, Direction direction) throws Exception {
    return new Joined(id, direction, TestPeer.overTcp()).connected();
  }

  @Test
  void aPresenterAndAViewerWithoutUdpMeetByTcp() throws Exception {
    // given
    Joined presenter = overTcp("presenter", Direction.SENDONLY);
    Joined viewer = overTcp("viewer", Direction.RECVONLY);
    Joined neighbour = join("neighbour", Direction.RECVONLY);

    // when
    presenter.connect(viewer.peer);
    presenter.connect(neighbour.peer);
    TestCamera camera = camera(presenter, 100);

    // then: nothing is lost on the way
    seesMore(viewer, "video by TCP");
    seesMore(neighbour, "video by UDP");
    await("sound", () -> viewer.remote.received(TestPeer.AUDIO_TYPE).size() > 20);
    int first = camera.numberOf(viewer.remote.received(TestPeer.VIDEO_TYPE).get(0).payload());
    for (int i = 0; i < 30; i++) {
      byte[] payload = viewer.remote.received(TestPeer.VIDEO_TYPE).get(i).payload();
      assertThat(camera.numberOf(payload)).isEqualTo(first + i);
    }
    assertThat(engine.stats().tcp().open()).isEqualTo(2);

    // and: its connection goes with it
    viewer.peer.release().toCompletableFuture().get(60, TimeUnit.SECONDS);
    await("the connection to be closed", () -> engine.stats().tcp().open() == 1);
  }

  @Test
  void aViewerThatMovesBetweenUdpAndTcpGoesOnWatching() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    presenter.connect(viewer.peer);
    camera(presenter, 100);
    seesMore(viewer, "video by UDP");

    // when: its network lets no UDP through any more
    viewer.remote.move(true);

    // then
    seesMore(viewer, "video by TCP");
    assertThat(engine.stats().tcp().open()).isEqualTo(1);

    // when: it does again
    viewer.remote.move(false);

    // then
    seesMore(viewer, "video by UDP again");
    await("the connection to be closed", () -> engine.stats().tcp().open() == 0);
    assertThat(viewer.events).doesNotContain("connected false");
  }

  @Test
  void aPeerWithANewAddressIsFollowedInBothDirections() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    presenter.connect(viewer.peer);
    camera(presenter, 100);
    seesMore(viewer, "video");

    // when: both get another address, and say nothing of it
    viewer.remote.move(false);
    seesMore(viewer, "video at the viewer's new address");
    presenter.remote.move(false);

    // then
    seesMore(viewer, "video from the presenter's new address");
    assertThat(presenter.events).doesNotContain("connected false");
    assertThat(presenter.events).doesNotContain("ice " + WebRtcPeer.IceState.DISCONNECTED);
  }

  @Test
  void peersThatNominateOnceAreFollowedByWhatTheySend() throws Exception {
    // given: as Firefox does
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    presenter.remote.nominates = false;
    viewer.remote.nominates = false;
    presenter.connect(viewer.peer);
    camera(presenter, 100);
    seesMore(viewer, "video");

    // when: the viewer has another address, and sends nothing but reports
    viewer.remote.move(false);
    RtcpWriter report = new RtcpWriter();
    report.receiverReport(1);
    int before = viewer.remote.received(TestPeer.VIDEO_TYPE).size();

    // then
    await(
        "video at the viewer's new address",
        () -> {
          viewer.remote.sendRtcp(report);
          return viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= before + 30;
        });

    // when: the presenter has another one
    presenter.remote.move(false);
    int reports = presenter.remote.rtcp.size();

    // then
    seesMore(viewer, "video from the presenter's new address");
    await("reports at the new address", () -> presenter.remote.rtcp.size() > reports + 20);
  }

  @Test
  void aPresenterThatChecksNoMoreStaysConnectedByWhatItSends() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    presenter.connect(viewer.peer);
    camera(presenter, 100);

    // when: for longer than anybody may be silent
    presenter.remote.checks = false;
    Thread.sleep(TimeUnit.NANOSECONDS.toMillis(IceLiteAgent.DISCONNECTED_AFTER) + 1_000);

    // then
    seesMore(viewer, "video");
    assertThat(presenter.events).doesNotContain("ice " + WebRtcPeer.IceState.DISCONNECTED);
  }

  @Test
  void aViewerThatDoesNotReadHurtsNobodyElse() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined stuck = overTcp("stuck", Direction.RECVONLY);
    Joined viewer = overTcp("viewer", Direction.RECVONLY);
    presenter.connect(stuck.peer);
    presenter.connect(viewer.peer);

    // when
    stuck.remote.stopReading();
    for (int i = 0; i < 6_000; i++) {
      presenter.remote.sendRtp(
          TestPeer.VIDEO_TYPE, presenter.remote.videoSsrc, i, i, true, keyFrame());
      if (i % 100 == 99) {
        Thread.sleep(10);
      }
    }

    // then
    await("packets to be dropped", () -> engine.stats().drops().slow() > 0);
    camera(presenter, 6_100);
    seesMore(viewer, "video at the one that reads");
  }

  private static byte[] keyFrame() {
    byte[] payload = new byte[1_100];
    byte[] start = {0x10, 0x50, 0x42, 0, (byte) 0x9d, 1, 0x2a, 0x40, 1, (byte) 0xf0, 0};
    System.arraycopy(start, 0, payload, 0, start.length);
    return payload;
  }
}
