package io.castmesh.medianode.engine.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.net.Route;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loop over real sockets, native ones and Java's. */
class MediaLoopTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static final Listening UDP = Listening.udp(ANY_PORT);

  /** What the loop hands over, as text. */
  private static final class Heard implements MediaLoop.Handler {
    final BlockingQueue<String> words = new LinkedBlockingQueue<>();
    final BlockingQueue<Route> senders = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> ticked = new CompletableFuture<>();
    final Semaphore ticks = new Semaphore(0);
    volatile boolean failsToTick;
    final CompletableFuture<Void> burstEnded = new CompletableFuture<>();

    @Override
    public void onDatagram(byte[] data, int length, Route from, long now) {
      words.add(new String(data, 0, length, UTF_8));
      senders.add(from);
      if (length == 0) {
        throw new IllegalStateException("a handler that fails");
      }
    }

    @Override
    public void onRouteClosed(Route route, long now) {
      words.add("closed");
    }

    @Override
    public void onBurstEnd(long now) {
      burstEnded.complete(null);
    }

    @Override
    public void onTick(long now) {
      ticks.release();
      ticked.complete(null);
      if (failsToTick) {
        throw new StackOverflowError("a tick that fails");
      }
    }

    /** How the loop answers a socket: it has to hear of it first. */
    Route routeOf(DatagramSocket socket, MediaLoop loop) throws Exception {
      InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), loop.port());
      socket.send(new DatagramPacket("here".getBytes(UTF_8), 4, to));
      return senders.poll(60, TimeUnit.SECONDS);
    }
  }

  private static byte[] datagram(int number, int size) {
    byte[] data = new byte[size];
    Arrays.fill(data, (byte) number);
    return data;
  }

  private static List<byte[]> receive(DatagramSocket socket, int count) throws Exception {
    List<byte[]> received = new ArrayList<>();
    byte[] buffer = new byte[2048];
    while (received.size() < count) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      socket.receive(packet);
      received.add(Arrays.copyOf(buffer, packet.getLength()));
    }
    return received;
  }

  @ParameterizedTest
  @EnumSource
  void eachViewerGetsItsDatagramsAsTheyWereSentHoweverTheyTravel(MediaLoop.Sockets sockets)
      throws Exception {
    // given: frames of packets that are equal, nearly equal and unlike
    int[] sizes = {1000, 1000, 1000, 999, 1000, 70, 70, 1200, 1, 1200, 1200, 1200, 1200, 300, 900};
    Heard heard = new Heard();
    try (MediaLoop loop = new MediaLoop(UDP, "test-loop", sockets, heard);
        DatagramSocket one = new DatagramSocket(ANY_PORT);
        DatagramSocket other = new DatagramSocket(ANY_PORT)) {
      one.setSoTimeout(60_000);
      other.setSoTimeout(60_000);
      loop.start();
      Route toOneOf = heard.routeOf(one, loop);
      Route toTheOther = heard.routeOf(other, loop);

      // when
      loop.execute(
          () -> {
            for (int i = 0; i < sizes.length; i++) {
              loop.send(datagram(i, sizes[i]), 0, sizes[i], toOneOf, false);
            }
            for (int i = 0; i < sizes.length; i++) {
              loop.send(datagram(i, sizes[i]), 0, sizes[i], toTheOther, false);
              loop.send(datagram(i, sizes[i]), 0, sizes[i], toTheOther, false);
            }
          });

      // then
      List<byte[]> toOne = receive(one, sizes.length);
      List<byte[]> toOther = receive(other, 2 * sizes.length);
      for (int i = 0; i < sizes.length; i++) {
        assertThat(toOne.get(i)).isEqualTo(datagram(i, sizes[i]));
        assertThat(toOther.get(2 * i)).isEqualTo(datagram(i, sizes[i]));
        assertThat(toOther.get(2 * i + 1)).isEqualTo(datagram(i, sizes[i]));
      }
      assertThat(loop.sendFailures()).isZero();
    }
  }

  private static InetSocketAddress address(DatagramSocket socket) {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  @ParameterizedTest
  @EnumSource
  void aFailingHandlerHurtsNobodyElse(MediaLoop.Sockets sockets) throws Exception {
    // given
    Heard heard = new Heard();
    try (MediaLoop loop = new MediaLoop(UDP, "test-loop", sockets, heard);
        DatagramSocket sender = new DatagramSocket(ANY_PORT)) {
      InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), loop.port());
      loop.start();

      // when
      for (String word : List.of("one", "", "two")) {
        byte[] data = word.getBytes(UTF_8);
        sender.send(new DatagramPacket(data, data.length, to));
      }
      loop.execute(
          () -> {
            throw new IllegalStateException("a task that fails");
          });

      // then
      for (String word : List.of("one", "", "two")) {
        assertThat(heard.words.poll(60, TimeUnit.SECONDS)).isEqualTo(word);
        assertThat(heard.senders.poll(60, TimeUnit.SECONDS).remote()).isEqualTo(address(sender));
      }
      heard.burstEnded.get(60, TimeUnit.SECONDS);
      heard.ticked.get(60, TimeUnit.SECONDS);
      assertThat(loop.submit(loop::inLoop).get(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasAskedBeforeTheEndIsDoneAndNothingAfterwards(MediaLoop.Sockets sockets)
      throws Exception {
    // given
    MediaLoop loop = new MediaLoop(UDP, "test-loop", sockets, new Heard());
    loop.start();

    // when
    CompletableFuture<String> before = loop.submit(() -> "done");
    loop.close();
    CompletableFuture<String> after = loop.submit(() -> "never");

    // then
    assertThat(before.get(60, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(after).isCompletedExceptionally();
    assertThat(loop.port()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aLoopGoesOnAfterAnError(MediaLoop.Sockets sockets) throws Exception {
    // given
    Heard heard = new Heard();
    heard.failsToTick = true;
    try (MediaLoop loop = new MediaLoop(UDP, "test-loop", sockets, heard)) {
      // when
      loop.start();
      loop.execute(
          () -> {
            throw new StackOverflowError("a task that fails");
          });

      // then
      assertThat(heard.ticks.tryAcquire(3, 5, TimeUnit.SECONDS)).isTrue();
      assertThat(loop.submit(loop::inLoop).get(60, TimeUnit.SECONDS)).isTrue();
    }
  }
}
