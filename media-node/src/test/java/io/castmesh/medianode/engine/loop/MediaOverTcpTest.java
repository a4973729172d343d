package io.castmesh.medianode.engine.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.castmesh.medianode.engine.net.Route;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that come by TCP, well and badly behaved ones, over real sockets of both kinds. */
class MediaOverTcpTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  /** The first byte of a STUN message, which is all that the loop looks at. */
  private static final String CHECK = "\0check";

  /** Answers what it hears by the way it came, and trusts who sends the right check. */
  private static final class Echo implements MediaLoop.Handler {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    final BlockingQueue<Route> routes = new LinkedBlockingQueue<>();
    final BlockingQueue<Route> closed = new LinkedBlockingQueue<>();
    volatile MediaLoop loop;

    @Override
    public void onDatagram(byte[] data, int length, Route from, long now) {
      String word = new String(data, 0, length, UTF_8);
      heard.add(word);
      if (word.equals(CHECK)) {
        loop.trust(from);
        routes.add(from);
      }
      loop.send(data, 0, length, from, false);
    }

    @Override
    public void onRouteClosed(Route route, long now) {
      closed.add(route);
    }

    @Override
    public void onBurstEnd(long now) {}

    @Override
    public void onTick(long now) {}
  }

  private final Echo echo = new Echo();

  private MediaLoop start(MediaLoop.Sockets sockets, int connections) throws IOException {
    Listening where = new Listening(List.of(HERE), 0, Listening.SAME, connections);
    MediaLoop loop = new MediaLoop(where, "test-loop", sockets, echo);
    echo.loop = loop;
    loop.start();
    assertThat(loop.tcpPort()).isEqualTo(loop.port());
    return loop;
  }

  private static Socket connect(MediaLoop loop) throws IOException {
    Socket socket = new Socket(HERE, loop.tcpPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static byte[] frame(byte[] packet) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(packet.length >>> 8);
    out.write(packet.length);
    out.writeBytes(packet);
    return out.toByteArray();
  }

  private static byte[] frame(String word) {
    return frame(word.getBytes(UTF_8));
  }

  private static byte[] read(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] packet = new byte[in.readUnsignedShort()];
    in.readFully(packet);
    return packet;
  }

  /** A connection that has made its check. */
  private Socket trusted(MediaLoop loop) throws Exception {
    Socket socket = connect(loop);
    socket.getOutputStream().write(frame(CHECK));
    assertThat(read(socket)).asString().isEqualTo(CHECK);
    assertThat(echo.heard.poll(60, TimeUnit.SECONDS)).isEqualTo(CHECK);
    return socket;
  }

  private static boolean isClosedByLoop(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  /** What is answered before the peer reads fits into the queue of a connection. */
  private static final int MANY = 60;

  @ParameterizedTest
  @EnumSource
  void packetsArriveWholeHoweverTheStreamIsCut(MediaLoop.Sockets sockets) throws Exception {
    try (MediaLoop loop = start(sockets, 10);
        Socket peer = trusted(loop)) {
      // given: two packets and an empty one, a byte at a time
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (String word : List.of("one", "", "two")) {
        stream.writeBytes(frame(word));
      }
      for (byte each : stream.toByteArray()) {
        peer.getOutputStream().write(each);
        Thread.sleep(1);
      }

      // and: many of them, the largest too, in one piece that ends within a packet
      byte[] largest = "x".repeat(MediaLoop.MAX_DATAGRAM).getBytes(UTF_8);
      ByteArrayOutputStream burst = new ByteArrayOutputStream();
      for (int i = 0; i < MANY; i++) {
        burst.writeBytes(frame("packet " + i));
        burst.writeBytes(frame(largest));
      }
      byte[] bytes = burst.toByteArray();
      peer.getOutputStream().write(bytes, 0, bytes.length - 1000);
      peer.getOutputStream().write(bytes, bytes.length - 1000, 1000);

      // then: heard, and answered by the same connection, in order
      List<String> expected = new ArrayList<>(List.of("one", "two"));
      for (int i = 0; i < MANY; i++) {
        expected.add("packet " + i);
        expected.add(new String(largest, UTF_8));
      }
      for (String word : expected) {
        assertThat(read(peer)).asString().isEqualTo(word);
        assertThat(echo.heard.poll(60, TimeUnit.SECONDS)).isEqualTo(word);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoReadsTooSlowlyLosesPicturesFirstAndNoPacketInPart(MediaLoop.Sockets sockets)
      throws Exception {
    try (MediaLoop loop = start(sockets, 10);
        Socket peer = trusted(loop)) {
      Route way = echo.routes.poll(60, TimeUnit.SECONDS);
      byte[] picture = "p".repeat(1200).getBytes(UTF_8);
      byte[] sound = "s".repeat(100).getBytes(UTF_8);

      // when: it does not read, until there is no room for pictures
      int pictures = 0;
      while (loop.submit(() -> loop.send(picture, 0, picture.length, way, true)).get()) {
        pictures++;
      }
      int sounds = 0;
      while (sounds < 100
          && loop.submit(() -> loop.send(sound, 0, sound.length, way, false)).get()) {
        sounds++;
      }

      // then: sound still has room, and what waits is bounded
      assertThat(sounds).isEqualTo(100);
      assertThat(loop.slowDrops()).isEqualTo(1);
      assertThat(pictures * 1200L).isLessThan(16 << 20);

      // and: when it reads again, everything that was taken is there
      for (int i = 0; i < pictures; i++) {
        assertThat(read(peer)).isEqualTo(picture);
      }
      for (int i = 0; i < sounds; i++) {
        assertThat(read(peer)).isEqualTo(sound);
      }
      assertThat(loop.submit(() -> loop.send(picture, 0, picture.length, way, true)).get())
          .isTrue();
      assertThat(read(peer)).isEqualTo(picture);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoeverSendsSomethingElseIsClosed(MediaLoop.Sockets sockets) throws Exception {
    try (MediaLoop loop = start(sockets, 10);
        Socket lost = connect(loop);
        Socket pushy = connect(loop);
        Socket broken = trusted(loop)) {
      // when: a web browser, a peer without a check, one that lost its place in the stream
      lost.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
      pushy.getOutputStream().write(frame("\u007fmedia"));
      broken.getOutputStream().write(new byte[] {(byte) 0xFF, (byte) 0xFF, 1, 2, 3});

      // then
      for (Socket each : List.of(lost, pushy, broken)) {
        assertThat(isClosedByLoop(each)).isTrue();
      }
      assertThat(echo.heard).isEmpty();
      assertThat(loop.unprovenConnections()).isEqualTo(2);
      assertThat(echo.closed.poll(60, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoSaysNothingIsClosedAndWhoComesBeyondTheBoundAtOnce(MediaLoop.Sockets sockets)
      throws Exception {
    try (MediaLoop loop = start(sockets, 2);
        Socket good = trusted(loop);
        Socket silent = connect(loop);
        Socket tooMany = connect(loop)) {
      // then
      assertThat(isClosedByLoop(tooMany)).isTrue();
      assertThat(loop.refusedConnections()).isEqualTo(1);
      assertThat(isClosedByLoop(silent)).isTrue();
      assertThat(loop.connections()).isEqualTo(1);
      good.getOutputStream().write(frame("still here"));
      assertThat(read(good)).asString().isEqualTo("still here");
    }
  }

  @ParameterizedTest
  @EnumSource
  void strangersAreSoManyAtATimeAndTakeNoRoomFromOthers(MediaLoop.Sockets sockets)
      throws Exception {
    List<Socket> strangers = new ArrayList<>();
    try (MediaLoop loop = start(sockets, 1_000);
        Socket good = trusted(loop)) {
      // given
      long began = System.nanoTime();
      for (int i = 0; i < StreamConnections.MOST_STRANGERS; i++) {
        strangers.add(connect(loop));
      }
      assumeThat(System.nanoTime() - began)
          .as("the first of them is still let wait")
          .isLessThan(StreamConnection.PROOF_TIME / 2);

      // when
      try (Socket tooMany = connect(loop)) {
        assertThat(isClosedByLoop(tooMany)).isTrue();
      }

      // then
      assertThat(loop.refusedConnections()).isEqualTo(1);
      good.getOutputStream().write(frame("still here"));
      assertThat(read(good)).asString().isEqualTo("still here");
    } finally {
      for (Socket stranger : strangers) {
        stranger.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStrangerMayTryThirtyTwoTimes(MediaLoop.Sockets sockets) throws Exception {
    try (MediaLoop loop = start(sockets, 10);
        Socket guesser = connect(loop)) {
      // given
      for (int i = 0; i < 32; i++) {
        guesser.getOutputStream().write(frame("\0guess"));
        assertThat(read(guesser)).asString().isEqualTo("\0guess");
      }

      // when
      guesser.getOutputStream().write(frame("\0guess"));

      // then
      assertThat(isClosedByLoop(guesser)).isTrue();
      assertThat(echo.heard).hasSize(32);
      assertThat(loop.unprovenConnections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPortThatIsTakenByTcpAloneIsSaidToBe(MediaLoop.Sockets sockets) throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, HERE)) {
      Listening where = new Listening(List.of(HERE), other.getLocalPort(), Listening.SAME, 10);
      assertThatThrownBy(() -> new MediaLoop(where, "test-loop", sockets, echo))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("by TCP");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatNobodyNeedsSaysItsLastWordsAndIsClosed(MediaLoop.Sockets sockets)
      throws Exception {
    try (MediaLoop loop = start(sockets, 10);
        Socket peer = trusted(loop)) {
      Route way = echo.routes.poll(60, TimeUnit.SECONDS);

      // when
      loop.execute(() -> loop.retire(way));
      byte[] bye = "bye".getBytes(UTF_8);
      loop.execute(() -> loop.send(bye, 0, bye.length, way, false));

      // then
      assertThat(read(peer)).isEqualTo(bye);
      assertThat(isClosedByLoop(peer)).isTrue();
      assertThat(loop.connections()).isZero();
      assertThat(loop.submit(() -> loop.send(bye, 0, bye.length, way, false)).get()).isFalse();
    }
  }
}
