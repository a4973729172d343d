package io.castmesh.medianode.engine.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.net.Route;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ports of single elements, when something goes wrong. */
class DatagramPortsTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  /** Lengths of the datagrams that were received. */
  private final BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();

  private MediaLoop loop;
  private DatagramPorts ports;
  private DatagramPorts.Pair pair;

  private static final class Nothing implements MediaLoop.Handler {
    @Override
    public void onDatagram(byte[] data, int length, Route from, long now) {}

    @Override
    public void onRouteClosed(Route route, long now) {}

    @Override
    public void onBurstEnd(long now) {}

    @Override
    public void onTick(long now) {}
  }

  @BeforeEach
  void start() throws Exception {
    Listening where = Listening.udp(new InetSocketAddress(HERE, 0));
    loop = new MediaLoop(where, "test-loop", MediaLoop.Sockets.BEST, new Nothing());
    loop.start();
    ports = new DatagramPorts(loop, 0, 0, now -> {});
    pair = ports.openPair(HERE, this::hear, this::hear);
  }

  @AfterEach
  void stop() {
    ports.close();
    loop.close();
  }

  private void hear(byte[] data, int length, InetSocketAddress from, long now) {
    heard.add(length);
    if (length == 1) {
      throw new StackOverflowError("a receiver that fails");
    }
  }

  private void send(int length) throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, HERE)) {
      InetSocketAddress to = new InetSocketAddress(HERE, pair.rtp().number());
      socket.send(new DatagramPacket(new byte[length], length, to));
    }
  }

  private Integer heard() throws InterruptedException {
    return heard.poll(60, TimeUnit.SECONDS);
  }

  @Test
  void anErrorOfAReceiverIsNotTheLastThingThatItHears() throws Exception {
    // given
    send(1);
    assertThat(heard()).isEqualTo(1);

    // when
    send(2);

    // then
    assertThat(heard()).isEqualTo(2);
  }

  @Test
  void aLoopThatDrownsInTasksIsAskedAgain() throws Exception {
    // given: a loop that stands still, and takes no more
    Semaphore standstill = new Semaphore(0);
    loop.execute(standstill::acquireUninterruptibly);
    int waiting = 0;
    try {
      for (; waiting < 1_000_000; waiting++) {
        loop.execute(() -> {});
      }
    } catch (RejectedExecutionException full) {
      assertThat(waiting).isPositive();
    }
    send(2);
    Thread.sleep(100); // for the thread of the ports to be refused

    // when
    standstill.release();

    // then
    assertThat(heard()).isEqualTo(2);
  }
}
