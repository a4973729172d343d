package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.MediaNodeConfig.Announced;
import io.castmesh.medianode.MediaNodeConfig.PortRange;
import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.RtpPeer.Protection;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Direction;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two engines chained by plain RTP, and programs that speak nothing else. */
class PlainRtpTest {
  private static final SdpPeer.Listener NOBODY = new SdpPeer.Listener() {};

  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final RtcEngine first = engine(PortRange.ANY);
  private final RtcEngine second = engine(PortRange.ANY);
  @TempDir Path folder;

  MediaNodeConfig config() {
    return MediaNodeConfig.LOOPBACK;
  }

  RtcEngine engine(PortRange rtpPorts) {
    RtcEngine engine = RtcEngine.start(config().withRtpPorts(rtpPorts));
    toClose.add(0, engine);
    return engine;
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = toClose.size() - 1; i >= 0; i--) {
      toClose.get(i).close();
    }
  }

  private static <T> T now(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private static void connect(MediaElement source, MediaElement sink) {
    for (MediaKind kind : MediaKind.values()) {
      source.connect(sink, kind);
    }
  }

  private WebRtcPeer join(RtcEngine engine, Direction direction, TestPeer remote) throws Exception {
    WebRtcPeer peer = engine.createWebRtcPeer(direction.name(), new WebRtcPeer.Listener() {});
    toClose.add(remote::vanish);
    remote.connect(now(peer.processOffer(remote.offer(direction))));
    return peer;
  }

  /** Both ends of a chain between the two engines. */
  private List<RtpPeer> chain(Protection here, Protection there) throws Exception {
    RtpPeer out = first.createRtpPeer("out", here, NOBODY);
    RtpPeer in = second.createRtpPeer("in", there, NOBODY);
    now(out.processAnswer(now(in.processOffer(now(out.generateOffer())))));
    return List.of(out, in);
  }

  private void presenterReachesViewerThrough(List<RtpPeer> chain) throws Exception {
    // given
    TestPeer presenter = new TestPeer();
    TestPeer viewer = new TestPeer();
    connect(join(first, Direction.SENDONLY, presenter), chain.get(0));
    TestCamera camera = new TestCamera(presenter, 65_500);
    toClose.add(camera);
    camera.start();
    await("media to arrive", () -> packetsInto(chain.get(1)) > 20);
    // when
    connect(chain.get(1), join(second, Direction.RECVONLY, viewer));
    await("video", () -> viewer.received(TestPeer.VIDEO_TYPE).size() >= 30);
    await("audio", () -> viewer.received(TestPeer.AUDIO_TYPE).size() >= 20);
    // then: it asked for a keyframe all the way through, and nothing is missing behind it
    List<TestPeer.Received> video = viewer.received(TestPeer.VIDEO_TYPE);
    byte[] begin = video.get(0).payload();
    assertThat(MediaCodec.VP8.startsKeyFrame(begin, 0, begin.length)).isTrue();
    int number = camera.numberOf(begin);
    assertThat(video.stream().map(p -> camera.numberOf(p.payload())).distinct().sorted())
        .startsWith(number, number + 1, number + 2, number + 3);
    assertThat(now(chain.get(1).stats()).inbound()).hasSize(2);
    await("the round trip", () -> statsOf(chain.get(0)).stream().anyMatch(s -> s > 0));
  }

  private static long packetsInto(RtpPeer peer) {
    try {
      return now(peer.stats()).inbound().stream().mapToLong(s -> s.packets()).sum();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Double> statsOf(RtpPeer peer) {
    try {
      return now(peer.stats()).outbound().stream().map(s -> s.roundTripSeconds()).toList();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aPresenterOfOneServerIsSeenOnAnotherOne() throws Exception {
    presenterReachesViewerThrough(chain(Protection.NONE, Protection.NONE));
  }

  @Test
  void theChainMayBeProtectedByKeysInItsDescriptions() throws Exception {
    presenterReachesViewerThrough(chain(protection(1), protection(2)));
  }

  private static Protection protection(int seed) {
    byte[] key = new byte[Protection.KEY_LENGTH];
    java.util.Arrays.fill(key, (byte) seed);
    return new Protection(Optional.of(key));
  }

  @Test
  void theChainMayRunOverIpv6() throws Exception {
    assumeThat(MediaLoop.canBind(InetAddress.getByName("::1"))).isTrue();
    // given
    RtcEngine one = onIpv6();
    RtpPeer out = one.createRtpPeer("out", Protection.NONE, NOBODY);
    RtpPeer in = onIpv6().createRtpPeer("in", Protection.NONE, NOBODY);
    now(out.processAnswer(now(in.processOffer(now(out.generateOffer())))));
    // when
    TestPeer presenter = new TestPeer();
    connect(join(one, Direction.SENDONLY, presenter), out);
    TestCamera camera = new TestCamera(presenter, 1);
    toClose.add(camera);
    camera.start();
    // then
    await("media to arrive", () -> packetsInto(in) > 20);
  }

  private RtcEngine onIpv6() {
    RtcEngine engine =
        RtcEngine.start(MediaNodeConfig.LOOPBACK.withMediaHost("::1", Announced.AS_IT_IS));
    toClose.add(0, engine);
    return engine;
  }

  @Test
  void whoWantsKeysAgreesToNothingWithout() throws Exception {
    // given
    RtpPeer plain = first.createRtpPeer("plain", Protection.NONE, NOBODY);
    RtpPeer guarded = second.createRtpPeer("guarded", protection(1), NOBODY);
    String offer = now(plain.generateOffer());
    // when / then
    assertThatThrownBy(() -> now(guarded.processOffer(offer)))
        .hasCauseInstanceOf(SdpException.class);
  }

  @Test
  void packetsOfAnotherHostAreDroppedAndCounted() throws Exception {
    // given
    List<RtpPeer> chain = chain(Protection.NONE, Protection.NONE);
    int port = Integer.parseInt(firstMatch("m=video (\\d+)", now(offerOf(second))));
    RtpPeer in = second.createRtpPeer("victim", Protection.NONE, NOBODY);
    String answer =
        now(in.processOffer(sdp("127.0.0.1", port, "a=rtpmap:96 VP8/90000\r\na=sendonly\r\n")));
    int ours = Integer.parseInt(firstMatch("m=video (\\d+)", answer));
    byte[] forged = new byte[200];
    Rtp.writeHeader(forged, 0, false, true, 96, 1, 1, 77);
    // when
    try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getByName("127.0.0.2"))) {
      for (int i = 0; i < 5; i++) {
        stranger.send(new DatagramPacket(forged, 200, new InetSocketAddress("127.0.0.1", ours)));
      }
    }
    // then
    await("the drops", () -> second.strangers() >= 5);
    assertThat(now(in.stats()).inbound()).isEmpty();
    assertThat(chain).hasSize(2);
  }

  @Test
  void aSenderThatIsRestartedIsTakenAtOnce() throws Exception {
    // given
    RtpPeer in = first.createRtpPeer("in", Protection.NONE, NOBODY);
    try (DatagramSocket sender = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String answer =
          now(
              in.processOffer(
                  sdp(
                      "127.0.0.1",
                      sender.getLocalPort(),
                      "a=rtpmap:96 VP8/90000\r\na=sendonly\r\n")));
      int port = Integer.parseInt(firstMatch("m=video (\\d+)", answer));
      sendVideo(sender, port, 60_000, 10);
      await("the first packets", () -> packetsInto(in) == 10);

      // when: the same SSRC, other numbers
      Thread.sleep(600);
      sendVideo(sender, port, 30_000, 15);

      // then: counted from its new beginning
      await("the next ones", () -> packetsInto(in) == 15);
    }
  }

  private static void sendVideo(DatagramSocket from, int port, int first, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      byte[] packet = new byte[200];
      Rtp.writeHeader(packet, 0, false, true, 96, first + i, 3_000 * i, 77);
      packet[12] = 0x10;
      from.send(new DatagramPacket(packet, 200, new InetSocketAddress("127.0.0.1", port)));
    }
  }

  private static CompletionStage<String> offerOf(RtcEngine engine) {
    return engine.createRtpPeer("spare", Protection.NONE, NOBODY).generateOffer();
  }

  @Test
  void aFullRangeOfPortsIsSaidAndReleasedOnesAreTakenAgain() throws Exception {
    // given: four ports, which is one endpoint
    int free = Integer.parseInt(firstMatch("m=audio (\\d+)", now(offerOf(first)))) + 200;
    RtcEngine narrow = engine(new PortRange(free, free + 3));
    RtpPeer only = narrow.createRtpPeer("only", Protection.NONE, NOBODY);
    now(only.generateOffer());
    // when / then
    RtpPeer late = narrow.createRtpPeer("late", Protection.NONE, NOBODY);
    assertThatThrownBy(() -> now(late.generateOffer())).hasMessageContaining("UDP ports");
    // when
    now(only.release());
    // then
    await(
        "ports to be free",
        () -> {
          try {
            return now(late.generateOffer()).contains("m=video");
          } catch (Exception stillTaken) {
            return false;
          }
        });
  }

  @Test
  void ffmpegSendsAndReceives() throws Exception {
    // given: somebody who only receives, and somebody who only sends
    int port = freePort();
    String wanted = sdp("127.0.0.1", port, "a=rtpmap:96 VP8/90000\r\na=recvonly\r\n");
    RtpPeer out = first.createRtpPeer("out", Protection.NONE, NOBODY);
    now(out.processOffer(wanted));
    RtpPeer in = first.createRtpPeer("in", Protection.NONE, NOBODY);
    String answer =
        now(
            in.processOffer(
                sdp("127.0.0.1", freePort(), "a=rtpmap:96 VP8/90000\r\na=sendonly\r\n")));
    connect(in, out);
    Path file = folder.resolve("received.webm");
    Path description = folder.resolve("receive.sdp");
    Files.writeString(description, wanted.replace("a=recvonly\r\n", ""));
    // when
    Process receiver =
        ffmpeg("-protocol_whitelist file,udp,rtp -i " + description + " -c copy -t 1 " + file);
    ffmpeg(
        "-re -f lavfi -i testsrc=size=160x120:rate=25 -c:v libvpx -deadline realtime -g 12"
            + (" -f rtp -payload_type 96 rtp://127.0.0.1:" + firstMatch("m=video (\\d+)", answer)));
    // then
    assertThat(receiver.waitFor(60, TimeUnit.SECONDS)).as("a second was received").isTrue();
    Process probe =
        new ProcessBuilder(
                "ffprobe",
                "-v",
                "error",
                "-count_frames",
                "-show_entries",
                "stream=codec_name,width,nb_read_frames",
                "-of",
                "csv=p=0",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String found = new String(probe.getInputStream().readAllBytes());
    assertThat(found).startsWith("vp8,160,");
    assertThat(Integer.parseInt(found.trim().split(",")[2])).isBetween(10, 40);
  }

  private Process ffmpeg(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y"));
    command.addAll(List.of(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("ffmpeg-" + toClose.size() + ".log").toFile())
            .start();
    process.getOutputStream().close();
    toClose.add(process::destroyForcibly);
    return process;
  }

  private static int freePort() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort() & ~1;
    }
  }

  private static String sdp(String host, int port, String attributes) {
    return """
        v=0
        o=- 1 1 IN IP4 %s
        s=-
        c=IN IP4 %s
        t=0 0
        m=video %d RTP/AVPF 96
        """
            .formatted(host, host, port)
            .replace("\n", "\r\n")
        + attributes;
  }

  private static String firstMatch(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }
}
