package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.webm.WebmFile;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A presenter that offers layers, and who gets which of them. */
class SimulcastTest extends EngineScene {
  private static final int SMALL = 0;
  private static final int LARGE = 1;

  @TempDir Path folder;

  private Joined presenter() throws Exception {
    TestPeer remote = new TestPeer();
    remote.rids = TestLayers.RIDS;
    return new Joined("presenter", Direction.SENDONLY, remote).connected();
  }

  private void present(Joined presenter) {
    TestLayers layers = new TestLayers(presenter.remote);
    toClose.add(layers);
    layers.start();
  }

  /** Whether the latest pictures are of this layer. */
  private static boolean sees(Joined viewer, int layer) {
    List<TestPeer.Received> video = viewer.remote.received(TestPeer.VIDEO_TYPE);
    return video.size() >= 10
        && video.subList(video.size() - 10, video.size()).stream()
            .allMatch(packet -> TestLayers.layerOf(packet.payload()) == layer);
  }

  private static void carries(Joined viewer, long bitsPerSecond) {
    RtcpWriter says = new RtcpWriter();
    says.receiverReport(1);
    says.bitrateEstimate(1, viewer.remote.section(MediaKind.VIDEO).ssrcs().get(0), bitsPerSecond);
    viewer.remote.sendRtcp(says);
  }

  private static void sawOneStream(Joined viewer) {
    List<TestPeer.Received> video = viewer.remote.received(TestPeer.VIDEO_TYPE);
    assertThat(isKeyFrame(video.get(0))).isTrue();
    for (int i = 1; i < video.size(); i++) {
      TestPeer.Received a = video.get(i - 1);
      TestPeer.Received b = video.get(i);
      assertThat(b.ssrc()).isEqualTo(a.ssrc());
      assertThat(b.sequence()).isEqualTo(a.sequence() + 1 & 0xFFFF);
      assertThat(b.timestamp() - a.timestamp()).isBetween(0, 90_000);
      if (TestLayers.layerOf(a.payload()) != TestLayers.layerOf(b.payload())) {
        assertThat(isKeyFrame(b)).as("another layer begins with a keyframe").isTrue();
      }
    }
  }

  private static boolean isKeyFrame(TestPeer.Received packet) {
    return Vp8Payload.startsKeyFrame(packet.payload(), 0, packet.payload().length);
  }

  @Test
  void eachViewerGetsTheLayerThatItsLineCarries() throws Exception {
    // given
    Joined presenter = presenter();
    Joined wide = join("wide", Direction.RECVONLY);
    Joined narrow = join("narrow", Direction.RECVONLY);
    presenter.connect(wide.peer);
    presenter.connect(narrow.peer);
    present(presenter);
    await("the large layer", () -> sees(wide, LARGE) && sees(narrow, LARGE));
    int before = wide.remote.received(TestPeer.VIDEO_TYPE).size();

    // when
    carries(narrow, 200_000);

    // then
    await("the small layer", () -> sees(narrow, SMALL));

    // when
    carries(narrow, 5_000_000);

    // then
    await("the large layer again", () -> sees(narrow, LARGE));
    sawOneStream(narrow);
    sawOneStream(wide);
    List<TestPeer.Received> video = wide.remote.received(TestPeer.VIDEO_TYPE);
    assertThat(video.subList(before, video.size()))
        .as("nobody else has noticed")
        .allSatisfy(packet -> assertThat(packet.payload()).hasSize(TestLayers.BYTES[LARGE]));
  }

  @Test
  void whoJoinsLaterBeginsWithTheLargeLayer() throws Exception {
    // given
    Joined presenter = presenter();
    Joined early = join("early", Direction.RECVONLY);
    presenter.connect(early.peer);
    present(presenter);
    await("the large layer", () -> sees(early, LARGE));

    // when
    Joined late = join("late", Direction.RECVONLY);
    presenter.connect(late.peer);

    // then
    await("the large layer", () -> sees(late, LARGE));
    sawOneStream(late);
  }

  @Test
  void aRecordingIsOfTheLargeLayer() throws Exception {
    // given
    Joined presenter = presenter();
    Path file = folder.resolve("live.webm");
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder", file, MediaRecorder.Format.WEBM, new MediaRecorder.Listener() {});
    presenter.connect(recorder);
    present(presenter);
    Joined viewer = join("viewer", Direction.RECVONLY);
    presenter.connect(viewer.peer);
    await("both layers to flow", () -> sees(viewer, LARGE));

    // when
    recorder.record().toCompletableFuture().get(60, TimeUnit.SECONDS);
    calm(3_000);
    recorder.stop().toCompletableFuture().get(60, TimeUnit.SECONDS);

    // then: without the descriptor of each packet
    int size = TestLayers.PACKETS[LARGE] * (TestLayers.BYTES[LARGE] - 1);
    List<WebmFile.Frame> pictures = WebmFile.read(file).frames(1);
    assertThat(pictures).hasSizeGreaterThan(25);
    assertThat(pictures.subList(pictures.size() - 25, pictures.size()))
        .allSatisfy(picture -> assertThat(picture.data()).hasSize(size));
  }

  @Test
  void plainRtpGetsTheLargeLayer() throws Exception {
    // given
    Joined presenter = presenter();
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(60_000);
      RtpPeer out = engine.createRtpPeer("out", RtpPeer.Protection.NONE, new SdpPeer.Listener() {});
      out.processOffer(wanted(socket.getLocalPort()))
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);

      // when
      presenter.peer.connect(out, MediaKind.VIDEO);
      present(presenter);

      // then: ten pictures without one of the other layer between them
      int inARow = 0;
      for (int i = 0; i < 500 && inARow < 30; i++) {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        socket.receive(packet);
        int header = Rtp.headerLength(packet.getData(), 0, packet.getLength());
        byte[] payload = Arrays.copyOfRange(packet.getData(), header, packet.getLength());
        inARow = TestLayers.layerOf(payload) == LARGE ? inARow + 1 : 0;
      }
      assertThat(inARow).isEqualTo(30);
    }
  }

  private static String wanted(int port) {
    return """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=video %d RTP/AVPF 96
        a=rtpmap:96 VP8/90000
        a=recvonly
        """
        .formatted(port)
        .replace("\n", "\r\n");
  }
}
