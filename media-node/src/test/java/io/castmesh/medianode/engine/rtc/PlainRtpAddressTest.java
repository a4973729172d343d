package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.RtpPeer.Protection;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Senders of plain RTP that do not know where they are seen from. */
class PlainRtpAddressTest {
  private static final int SSRC = 77;
  private static final int RECEIVER_REPORT = 201;

  private final RtcEngine engine = RtcEngine.start(MediaNodeConfig.LOOPBACK);
  private int pictures;
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final RtpPeer peer =
      engine.createRtpPeer(
          "peer",
          Protection.NONE,
          new SdpPeer.Listener() {
            @Override
            public void onError(String description) {
              errors.add(description);
            }
          });

  @AfterEach
  void stop() {
    engine.close();
  }

  /** The answer to a sender of VP8. */
  private String answered(String attributes) throws Exception {
    return answered("sendonly", attributes);
  }

  private String answered(String direction, String attributes) throws Exception {
    return answered(peer, direction, attributes);
  }

  private static String answered(RtpPeer by, String direction, String attributes) throws Exception {
    String offer =
        """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=video 9 RTP/AVPF 96
        a=rtpmap:96 VP8/90000
        a=direction:active
        """
            .concat("a=" + direction + "\n" + attributes)
            .replace("\n", "\r\n");
    return by.processOffer(offer).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static int port(String pattern, String answer) {
    Matcher matcher = Pattern.compile(pattern).matcher(answer);
    assertThat(matcher.find()).as("%s in %s", pattern, answer).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private static DatagramSocket socket(String host) throws Exception {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName(host));
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void send(DatagramSocket from, int port, byte[] packet, int length)
      throws Exception {
    from.send(new DatagramPacket(packet, length, new InetSocketAddress("127.0.0.1", port)));
  }

  private static void sendVideo(DatagramSocket from, int port, int sequence, int length)
      throws Exception {
    byte[] packet = new byte[length];
    Rtp.writeHeader(packet, 0, false, true, 96, sequence, 3_000 * sequence, SSRC);
    packet[12] = 0x10;
    send(from, port, packet, length);
  }

  /** Waits for a report of what has come. */
  private static void awaitReport(DatagramSocket at) throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
    at.receive(packet);
    assertThat(packet.getData()[1] & 0xFF).isEqualTo(RECEIVER_REPORT);
  }

  private void awaitPackets(long count) throws Exception {
    EngineScene.await(
        count + " packets",
        () ->
            peer.stats().toCompletableFuture().join().inbound().stream()
                    .mapToLong(stream -> stream.packets())
                    .sum()
                == count);
  }

  @Test
  void whatIsNoMediaShowsNobodyAndReportsGoWhereItsOwnComeFrom() throws Exception {
    // given: somebody who looks for open ports, and a sender whose router chooses its ports
    String answer = answered("");
    int rtp = port("m=video (\\d+)", answer);
    RtcpWriter report = new RtcpWriter();
    report.senderReport(SSRC, 1L << 40, 3_000, 5, 500);
    try (DatagramSocket scanner = socket("127.0.0.2");
        DatagramSocket sender = socket("127.0.0.1");
        DatagramSocket itsRtcp = socket("127.0.0.1")) {
      send(scanner, rtp, new byte[] {1}, 1);

      // when
      for (int i = 0; i < 10; i++) {
        sendVideo(sender, rtp, i, 200);
      }
      awaitPackets(10);
      send(itsRtcp, port("a=rtcp:(\\d+)", answer), report.buffer(), report.length());

      // then
      awaitReport(itsRtcp);
    }
  }

  @Test
  void whatKeepsARoutersPortOpenShowsWhereUntilMediaDoes() throws Exception {
    // given: a camera that is off, RTP of a type that nobody agreed to (RFC 6263), and another
    // camera
    int rtp = port("m=video (\\d+)", answered("sendrecv", "a=rtcp-mux\n"));
    RtpPeer other = engine.createRtpPeer("other", Protection.NONE, new SdpPeer.Listener() {});
    int camera = port("m=video (\\d+)", answered(other, "sendonly", ""));
    other.connect(peer, MediaKind.VIDEO);
    byte[] keepAlive = new byte[12];
    Rtp.writeHeader(keepAlive, 0, false, false, 20, 1, 0, SSRC);
    try (DatagramSocket scanner = socket("127.0.0.2");
        DatagramSocket viewer = socket("127.0.0.1");
        DatagramSocket source = socket("127.0.0.3")) {
      // when
      send(viewer, rtp, keepAlive, keepAlive.length);

      // then
      awaitPicture(viewer, source, camera);

      // when: it sends media, and somebody else what looks like RTP
      sendVideo(viewer, rtp, 1, 200);
      awaitPackets(1);
      send(scanner, rtp, keepAlive, keepAlive.length);
      sendVideo(viewer, rtp, 2, 200);
      awaitPackets(2);

      // then
      for (int i = 0; i < 5; i++) {
        awaitPicture(viewer, source, camera);
      }
    }
  }

  /** Lets the source send until the viewer gets a packet of a picture. */
  private void awaitPicture(DatagramSocket viewer, DatagramSocket source, int camera)
      throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
    viewer.setSoTimeout(50);
    EngineScene.await(
        "a picture",
        () -> {
          try {
            sendVideo(source, camera, ++pictures, 100);
            viewer.receive(packet);
            return (packet.getData()[1] & 0x7F) == 96;
          } catch (SocketTimeoutException none) {
            return false;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void whoComesBackFromAnotherPortIsAnsweredThere() throws Exception {
    // given
    int rtp = port("m=video (\\d+)", answered("a=rtcp-mux\n"));
    try (DatagramSocket before = socket("127.0.0.1");
        DatagramSocket after = socket("127.0.0.1")) {
      sendVideo(before, rtp, 1, 200);
      awaitReport(before);

      // when
      sendVideo(after, rtp, 2, 200);

      // then
      awaitReport(after);
    }
  }

  @Test
  void packetsThatLeaveNoRoomForWhatIsAddedAreToldOnce() throws Exception {
    // given
    int rtp = port("m=video (\\d+)", answered(""));
    try (DatagramSocket sender = socket("127.0.0.1")) {
      // when: as browsers send, and twice as ffmpeg does
      sendVideo(sender, rtp, 1, 1_200);
      sendVideo(sender, rtp, 2, 1_472);
      sendVideo(sender, rtp, 3, 1_472);
      awaitPackets(3);

      // then
      assertThat(errors).singleElement().asString().contains("1472 bytes");
    }
  }
}
