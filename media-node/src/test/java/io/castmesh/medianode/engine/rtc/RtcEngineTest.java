package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import io.castmesh.medianode.engine.sdp.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What peers of the engine get of each other. */
class RtcEngineTest extends EngineScene {
  private static boolean startsKeyFrame(TestPeer.Received packet) {
    byte[] payload = packet.payload();
    return Vp8Payload.startsKeyFrame(payload, 0, payload.length);
  }

  @Test
  void aViewerThatJoinsLateBeginsWithAKeyFrameWithinASecond() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    TestCamera camera = camera(presenter, 65_500);
    await("video to flow", () -> presenter.events.contains("in VIDEO true"));
    Thread.sleep(500);

    // when: connected before its own transport is up
    long took = Long.MAX_VALUE;
    List<Joined> viewers = new ArrayList<>();
    while (took >= TimeUnit.SECONDS.toNanos(1)
        && viewers.size() < 5) { // the machine may stand still
      Joined next = new Joined("viewer " + viewers.size(), Direction.RECVONLY, new TestPeer());
      viewers.add(next);
      presenter.connect(next.peer);
      next.connected();
      long start = System.nanoTime();
      await("video", () -> next.remote.received(TestPeer.VIDEO_TYPE).size() >= 30);
      took = System.nanoTime() - start;
    }

    // then
    assertThat(took).isLessThan(TimeUnit.SECONDS.toNanos(1));
    if (viewers.size() == 1) {
      assertThat(camera.keyFrames()).isLessThanOrEqualTo(2);
    }
    Joined viewer = viewers.get(viewers.size() - 1);
    List<TestPeer.Received> video = viewer.remote.received(TestPeer.VIDEO_TYPE);
    assertThat(startsKeyFrame(video.get(0))).isTrue();
    int announced = viewer.remote.section(MediaKind.VIDEO).ssrcs().get(0);
    for (int i = 1; i < video.size(); i++) {
      assertThat(video.get(i).ssrc()).isEqualTo(announced);
      assertThat(video.get(i).sequence()).isEqualTo((video.get(0).sequence() + i) & 0xFFFF);
    }
    await("sound", () -> !viewer.remote.received(TestPeer.AUDIO_TYPE).isEmpty());
  }

  @Test
  void aViewerThatJoinsAfterAKeyFrameGetsWhatHasComeSinceWithoutANewOne() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    TestCamera camera = camera(presenter, 100);
    await("video to flow", () -> presenter.events.contains("in VIDEO true"));
    Set<Integer> lost = ConcurrentHashMap.newKeySet();
    viewer.remote.lostOnArrival = sequence -> lost.size() < 2 && lost.add(sequence);
    int before = camera.keyFrames();
    presenter.peer.requestKeyFrame();
    await("a keyframe", () -> camera.keyFrames() > before);
    long then = videoFrom(presenter);
    await(
        "some pictures more",
        () -> videoFrom(presenter) >= then + 5 * TestCamera.PACKETS_PER_FRAME);

    // when
    presenter.connect(viewer.peer);
    await("video", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= 60);
    RtcpWriter nack = new RtcpWriter();
    nack.receiverReport(1);
    int[] missing = lost.stream().mapToInt(Integer::intValue).sorted().toArray();
    int ssrc = viewer.remote.section(MediaKind.VIDEO).ssrcs().get(0);
    nack.nack(1, ssrc, missing, missing.length);
    viewer.remote.sendRtcp(nack);
    await("repairs", () -> viewer.remote.received(TestPeer.RTX_TYPE).size() == 2);

    // then: the keyframe of before, whole, with nothing left out and nothing twice
    assertThat(camera.keyFrames()).isEqualTo(before + 1);
    byte[] start = viewer.remote.received(TestPeer.RTX_TYPE).get(0).payload();
    assertThat(Vp8Payload.startsKeyFrame(start, 2, start.length - 2)).isTrue();
    List<TestPeer.Received> video = viewer.remote.received(TestPeer.VIDEO_TYPE);
    int firstTimestamp = viewer.remote.received(TestPeer.RTX_TYPE).get(0).timestamp();
    for (int i = 1; i < video.size(); i++) {
      TestPeer.Received a = video.get(i - 1);
      TestPeer.Received b = video.get(i);
      assertThat(b.sequence()).isEqualTo((a.sequence() + 1) & 0xFFFF);
      assertThat(camera.numberOf(b.payload())).isEqualTo(camera.numberOf(a.payload()) + 1);
      boolean samePicture = camera.numberOf(b.payload()) % 3 != 0;
      assertThat(b.timestamp() - a.timestamp()).isBetween(samePicture ? 0 : 1, 3 * 3600);
    }
    // then: pictures of before follow each other at once, those of now in their time
    assertThat(video.get(0).timestamp()).isEqualTo(firstTimestamp);
    assertThat(video.get(9).timestamp() - firstTimestamp).isBetween(1, 360);
    assertThat(video.get(59).timestamp() - video.get(53).timestamp()).isEqualTo(2 * 3600);
  }

  /** Packets of pictures that the engine has got of a peer. */
  private static long videoFrom(Joined peer) {
    return peer.peer.stats().toCompletableFuture().join().inbound().stream()
        .filter(stream -> stream.kind() == MediaKind.VIDEO)
        .mapToLong(stream -> stream.packets())
        .sum();
  }

  @Test
  void whatAViewerMissesIsRepeatedAsRtx() throws Exception {
    // given: every tenth video packet never arrives
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    Set<Integer> lost = ConcurrentHashMap.newKeySet();
    viewer.remote.lostOnArrival = sequence -> sequence % 10 == 0 && lost.add(sequence);
    presenter.connect(viewer.peer);
    camera(presenter, 100);
    await("losses", () -> lost.size() >= 3);
    int ssrc = viewer.remote.section(MediaKind.VIDEO).ssrcs().get(0);

    // when
    int[] missing = lost.stream().limit(3).mapToInt(Integer::intValue).sorted().toArray();
    RtcpWriter nack = new RtcpWriter();
    nack.receiverReport(1);
    nack.nack(1, ssrc, missing, missing.length);
    viewer.remote.sendRtcp(nack);
    await("repairs", () -> viewer.remote.received(TestPeer.RTX_TYPE).size() >= 3);

    // then
    assertThat(viewer.remote.received(TestPeer.RTX_TYPE))
        .allSatisfy(
            rtx -> {
              assertThat(rtx.ssrc())
                  .isEqualTo(viewer.remote.section(MediaKind.VIDEO).retransmissions().get(ssrc));
              assertThat(missing).contains(Rtp.unsignedShort(rtx.payload(), 0));
              assertThat(rtx.payload()).hasSize(802);
            });
    assertThat(engine.stats().packetsRetransmitted()).isEqualTo(3);
  }

  @Test
  void whatAViewerWithoutRtxMissesComesAsItWas() throws Exception {
    // given: every tenth video packet does not arrive the first time
    Joined presenter = join("presenter", Direction.SENDONLY);
    TestPeer remote = new TestPeer();
    remote.knowsRtx = false;
    Joined viewer = new Joined("viewer", Direction.RECVONLY, remote).connected();
    Set<Integer> lost = ConcurrentHashMap.newKeySet();
    remote.lostOnArrival = sequence -> sequence % 10 == 0 && lost.add(sequence);
    presenter.connect(viewer.peer);
    camera(presenter, 100);
    await("losses", () -> lost.size() >= 3);

    // when
    List<Integer> missing = lost.stream().limit(3).sorted().toList();
    RtcpWriter nack = new RtcpWriter();
    nack.receiverReport(1);
    nack.nack(
        1,
        remote.section(MediaKind.VIDEO).ssrcs().get(0),
        missing.stream().mapToInt(Integer::intValue).toArray(),
        missing.size());
    remote.sendRtcp(nack);

    // then: readable, which it would not be had a bit changed
    await("repairs", () -> sequences(remote).containsAll(missing));
    assertThat(sequences(remote)).doesNotHaveDuplicates();
    assertThat(engine.stats().packetsRetransmitted()).isEqualTo(3);
  }

  private static List<Integer> sequences(TestPeer viewer) {
    return viewer.received(TestPeer.VIDEO_TYPE).stream().map(TestPeer.Received::sequence).toList();
  }

  @Test
  void whatIsLostOnTheWayInIsAskedForAndTakesItsPlace() throws Exception {
    // given: one packet in twenty does not reach the engine, over a wrap-around
    Joined presenter = join("presenter", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    presenter.connect(viewer.peer);
    TestCamera camera = new TestCamera(presenter.remote, 65_400);
    camera.lost = index -> index % 20 == 5;
    toClose.add(camera);
    camera.start();

    // when
    await("video", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= 200);
    int first = numbers(camera, viewer).get(0);
    await(
        "repairs",
        () ->
            numbers(camera, viewer).stream().filter(n -> n < first + 180).distinct().count()
                == 180);

    // then: of the first ones nothing is missing, and nothing came twice
    assertThat(numbers(camera, viewer)).filteredOn(n -> n < first + 180).doesNotHaveDuplicates();
    assertThat(presenter.remote.rtcp).anyMatch(line -> line.startsWith("nack "));
    ElementStats stats = presenter.peer.stats().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(stats.inbound()).anyMatch(s -> s.kind() == MediaKind.VIDEO && s.nackCount() > 0);
  }

  private static List<Integer> numbers(TestCamera camera, Joined viewer) {
    return viewer.remote.received(TestPeer.VIDEO_TYPE).stream()
        .map(packet -> camera.numberOf(packet.payload()))
        .toList();
  }

  @Test
  void aChangeOfPresenterIsOneStreamForTheViewer() throws Exception {
    // given
    Joined first = join("first", Direction.SENDONLY);
    Joined second = join("second", Direction.SENDONLY);
    Joined viewer = join("viewer", Direction.RECVONLY);
    camera(first, 1000);
    camera(second, 50_000);
    first.connect(viewer.peer);
    await("video", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= 30);

    // when
    second.connect(viewer.peer);
    int before = viewer.remote.received(TestPeer.VIDEO_TYPE).size();
    await("more", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= before + 60);

    // then
    List<TestPeer.Received> video = viewer.remote.received(TestPeer.VIDEO_TYPE);
    int switches = 0;
    for (int i = 1; i < video.size(); i++) {
      TestPeer.Received a = video.get(i - 1);
      TestPeer.Received b = video.get(i);
      assertThat(b.sequence()).isEqualTo((a.sequence() + 1) & 0xFFFF);
      assertThat(b.timestamp() - a.timestamp()).isBetween(0, 90_000);
      int jump = Math.abs(Rtp.getInt(b.payload(), 100) - Rtp.getInt(a.payload(), 100));
      if (jump > 1000) {
        switches++;
        assertThat(startsKeyFrame(b)).isTrue();
      }
    }
    assertThat(switches).isEqualTo(1);
  }

  @Test
  void loopbackBringsThePresenterItsOwnPictureWithReportsAndFeedback() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDRECV);
    presenter.connect(presenter.peer);

    // when
    camera(presenter, 7);
    await("video", () -> presenter.remote.received(TestPeer.VIDEO_TYPE).size() >= 60);
    int audio = presenter.remote.section(MediaKind.AUDIO).ssrcs().get(0);
    int video = presenter.remote.section(MediaKind.VIDEO).ssrcs().get(0);
    await(
        "sender reports of both streams",
        () ->
            presenter.remote.rtcp.stream().anyMatch(l -> l.startsWith("sr " + audio))
                && presenter.remote.rtcp.stream().anyMatch(l -> l.startsWith("sr " + video)));

    // then
    List<String> rtcp = presenter.remote.rtcp;
    assertThat(rtcp).anyMatch(line -> line.equals("block " + presenter.remote.videoSsrc + " 0"));
    List<String> feedback = rtcp.stream().filter(line -> line.startsWith("twcc")).toList();
    assertThat(feedback).isNotEmpty().doesNotContain("twcc 0");
  }
}
