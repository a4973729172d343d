package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.dtls.Fingerprint;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.webm.WebmFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole engine over real UDP sockets, against a small peer of our own. */
class RtcEngineTest {
  final RtcEngine engine = start();
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @TempDir Path folder;

  RtcEngine start() {
    return RtcEngine.start(MediaNodeConfig.LOOPBACK);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : toClose) {
      closeable.close();
    }
    engine.close();
  }

  /** A peer of the engine with the test's end of it. */
  final class Joined implements WebRtcPeer.Listener {
    final List<String> events = new CopyOnWriteArrayList<>();
    final WebRtcPeer peer;
    final TestPeer remote;

    Joined(String id, Direction direction, TestPeer remote) throws Exception {
      this.remote = remote;
      this.peer = engine.createWebRtcPeer(id, this);
      toClose.add(remote::vanish);
      String answer =
          peer.processOffer(remote.offer(direction)).toCompletableFuture().get(5, TimeUnit.SECONDS);
      remote.begin(answer);
    }

    Joined connected() throws Exception {
      remote.secured.get(10, TimeUnit.SECONDS);
      await("the engine to see the connection", () -> events.contains("connected true"));
      return this;
    }

    void connect(MediaElement sink) {
      for (MediaKind kind : MediaKind.values()) {
        peer.connect(sink, kind);
      }
    }

    @Override
    public void onIceState(WebRtcPeer.IceState state) {
      events.add("ice " + state);
    }

    @Override
    public void onDtlsState(WebRtcPeer.DtlsState state) {
      events.add("dtls " + state);
    }

    @Override
    public void onConnected(boolean connected) {
      events.add("connected " + connected);
    }

    @Override
    public void onFlowIn(MediaKind kind, boolean flowing) {
      events.add("in " + kind + " " + flowing);
    }
  }

  Joined join(String id, Direction direction) throws Exception {
    return new Joined(id, direction, new TestPeer()).connected();
  }

  TestCamera camera(Joined presenter, int firstIndex) {
    TestCamera camera = new TestCamera(presenter.remote, firstIndex);
    toClose.add(camera);
    return camera.start();
  }

  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

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
    Joined viewer = new Joined("viewer", Direction.RECVONLY, new TestPeer());
    presenter.connect(viewer.peer);
    viewer.connected();
    long start = System.nanoTime();
    await("video", () -> viewer.remote.received(TestPeer.VIDEO_TYPE).size() >= 30);

    // then
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(1));
    assertThat(camera.keyFrames()).isEqualTo(2);
    List<TestPeer.Received> video = viewer.remote.received(TestPeer.VIDEO_TYPE);
    assertThat(startsKeyFrame(video.get(0))).isTrue();
    int announced = viewer.remote.section(MediaKind.VIDEO).ssrcs().get(0);
    for (int i = 1; i < video.size(); i++) {
      assertThat(video.get(i).ssrc()).isEqualTo(announced);
      assertThat(video.get(i).sequence()).isEqualTo((video.get(0).sequence() + i) & 0xFFFF);
    }
    assertThat(viewer.remote.received(TestPeer.AUDIO_TYPE)).isNotEmpty();
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

    // then: of the first two hundred nothing is missing, and nothing came twice
    List<Integer> numbers =
        viewer.remote.received(TestPeer.VIDEO_TYPE).stream()
            .map(packet -> camera.numberOf(packet.payload()))
            .toList();
    int first = numbers.get(0);
    List<Integer> settled = numbers.stream().filter(n -> n < first + 180).sorted().toList();
    assertThat(settled).hasSize(180).doesNotHaveDuplicates();
    assertThat(presenter.remote.rtcp).anyMatch(line -> line.startsWith("nack "));
    ElementStats stats = presenter.peer.stats().toCompletableFuture().get(5, TimeUnit.SECONDS);
    assertThat(stats.inbound()).anyMatch(s -> s.kind() == MediaKind.VIDEO && s.nackCount() > 0);
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

  @Test
  void aRecordingHasBothTracksTheRightLengthAndAnIndex() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Path file = folder.resolve("new/folder/live.webm");
    List<String> states = new CopyOnWriteArrayList<>();
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder",
            file,
            MediaRecorder.Format.WEBM,
            new MediaRecorder.Listener() {
              @Override
              public void onState(MediaRecorder.State state) {
                states.add(state.name());
              }
            });
    presenter.connect(recorder);
    recorder.record().toCompletableFuture().get(5, TimeUnit.SECONDS);

    // when
    TestCamera camera = new TestCamera(presenter.remote, 100);
    camera.lost = index -> index % 30 == 7;
    toClose.add(camera);
    camera.start();
    long start = System.nanoTime();
    Thread.sleep(6500);
    recorder.stop().toCompletableFuture().get(5, TimeUnit.SECONDS);
    double seconds = (System.nanoTime() - start) / 1e9;

    // then
    WebmFile webm = WebmFile.read(file);
    assertThat(webm.codecs).containsEntry(1, "V_VP8").containsEntry(2, "A_OPUS");
    assertThat(webm.width).isEqualTo(320);
    assertThat(webm.height).isEqualTo(240);
    assertThat(webm.duration / 1000).isCloseTo(seconds, within(0.5));
    assertThat(webm.seekToCues).isEqualTo(webm.cuesOffset);
    assertThat(webm.cues).hasSizeGreaterThanOrEqualTo(2);
    assertThat(webm.frames(1)).hasSizeGreaterThan(140);
    assertThat(webm.frames(1)).allSatisfy(f -> assertThat(f.data()).hasSize(2397));
    assertThat(webm.frames(2)).hasSizeGreaterThan(300);
    assertThat(states).containsExactly("RECORDING", "STOPPED");
  }

  @Test
  void aRecorderThatCannotWriteSaysSoAndHarmsNobody() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDRECV);
    presenter.connect(presenter.peer);
    camera(presenter, 100);
    Path notAFolder = Files.createFile(folder.resolve("file"));
    List<String> errors = new CopyOnWriteArrayList<>();
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder",
            notAFolder.resolve("live.webm"),
            MediaRecorder.Format.WEBM,
            new MediaRecorder.Listener() {
              @Override
              public void onError(String description) {
                errors.add(description);
              }
            });
    presenter.connect(recorder);

    // when
    assertThatThrownBy(() -> recorder.record().toCompletableFuture().get(5, TimeUnit.SECONDS))
        .hasMessageContaining("file");

    // then
    await("the error", () -> errors.size() == 1);
    recorder.stop().toCompletableFuture().get(5, TimeUnit.SECONDS);
    int before = presenter.remote.received.size();
    await("media to flow on", () -> presenter.remote.received.size() > before + 20);
  }

  @Test
  void aPassivePeerIsServedInTheClientRole() throws Exception {
    // given
    Joined passive =
        new Joined("passive", Direction.SENDRECV, new TestPeer(true, TestPeer.fingerprint()));
    passive.connected();
    passive.connect(passive.peer);

    // when
    camera(passive, 1);

    // then
    await("its own picture", () -> passive.remote.received(TestPeer.VIDEO_TYPE).size() > 5);
  }

  @Test
  void aForgedCertificateIsRefused() throws Exception {
    // given
    Fingerprint another = new Fingerprint("sha-256", new byte[32]);

    // when
    Joined impostor = new Joined("impostor", Direction.SENDONLY, new TestPeer(false, another));

    // then
    await("the refusal", () -> impostor.events.contains("dtls FAILED"));
    assertThat(impostor.events).doesNotContain("connected true");
  }

  @Test
  void aPeerThatSaysGoodByeIsNoticedAtOnce() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);

    // when
    presenter.remote.close();

    // then
    await("the end", () -> presenter.events.contains("connected false"));
    assertThat(presenter.events).contains("dtls CLOSED");
  }

  @Test
  void aReleasedPeerIsToldAndForgotten() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDRECV);
    presenter.connect(presenter.peer);
    camera(presenter, 1);
    await("video", () -> presenter.remote.received(TestPeer.VIDEO_TYPE).size() >= 5);

    // when
    presenter.peer.release().toCompletableFuture().get(5, TimeUnit.SECONDS);

    // then
    presenter.remote.closedByEngine.get(5, TimeUnit.SECONDS);
    await("bye", () -> presenter.remote.rtcp.stream().anyMatch(l -> l.startsWith("bye ")));
    assertThat(engine.stats().peers()).isZero();
    presenter.peer.release().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  @Test
  void strangersAndGarbageAreCountedAndIgnored() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    TestPeer stranger = new TestPeer();
    toClose.add(stranger::vanish);
    long before = engine.strangers();

    // when: garbage from somebody known, and all kinds of packets from somebody unknown
    try (java.net.DatagramSocket socket = new java.net.DatagramSocket()) {
      for (int first = 0; first < 256; first++) {
        byte[] datagram = new byte[30];
        datagram[0] = (byte) first;
        presenter.remote.send(datagram);
        socket.send(
            new java.net.DatagramPacket(
                datagram,
                datagram.length,
                java.net.InetAddress.getLoopbackAddress(),
                engine.mediaPorts().get(0)));
      }
    }

    // then
    await("the strangers to be counted", () -> engine.strangers() >= before + 256);
    camera(presenter, 1);
    await("video to flow all the same", () -> presenter.events.contains("in VIDEO true"));
  }

  @Test
  void offersAreAnsweredOnceAndGarbageNever() {
    // given
    WebRtcPeer peer = engine.createWebRtcPeer("peer", new WebRtcPeer.Listener() {});
    TestPeer remote = new TestPeer();
    toClose.add(remote::vanish);

    // then
    assertThat(peer.processOffer("garbage").toCompletableFuture())
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(SdpException.class);
    assertThat(peer.processOffer(remote.offer(Direction.SENDRECV)).toCompletableFuture())
        .succeedsWithin(5, TimeUnit.SECONDS);
    assertThat(peer.processOffer(remote.offer(Direction.SENDRECV)).toCompletableFuture())
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aShutdownFinishesRecordingsAndLeavesNoThread() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Path file = folder.resolve("live.webm");
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder", file, MediaRecorder.Format.WEBM, new MediaRecorder.Listener() {});
    presenter.connect(recorder);
    recorder.record().toCompletableFuture().get(5, TimeUnit.SECONDS);
    camera(presenter, 1);
    Thread.sleep(1500);

    // when
    engine.shutdown().toCompletableFuture().get(10, TimeUnit.SECONDS);

    // then
    assertThat(WebmFile.read(file).segmentSizeKnown).isTrue();
    await(
        "the threads to end",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("media-loop")));
    assertThatThrownBy(() -> engine.createWebRtcPeer("late", new WebRtcPeer.Listener() {}))
        .isInstanceOf(IllegalStateException.class);
  }
}
