package io.castmesh.medianode.engine.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class SegmentedSenderTest {
  private static final int SOL_UDP = 17;
  private static final int UDP_SEGMENT = 103;
  private static final int SOL_SOCKET = 1;
  private static final int SO_NO_CHECK = 11;

  @Test
  void whoCannotBeReachedTakesTheRunsFromNobodyElse() throws Exception {
    assumeThat(EpollReactor.isAvailable()).isTrue();
    assumeThat(EpollDatagramChannel.isSegmentedDatagramPacketSupported()).isTrue();
    // given: a socket that may not broadcast
    Socket socket = Socket.newSocketDgram();
    SegmentedSender sender = new SegmentedSender(socket);
    InetSocketAddress nobody = new InetSocketAddress("255.255.255.255", 9);
    byte[] data = new byte[100];
    try (DatagramSocket viewer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      viewer.setSoTimeout(60_000);
      sender.send(data, 0, data.length, nobody);
      sender.send(data, 0, data.length, nobody);
      assertThat(sender.flush()).isFalse();
      assertThat(sender.failures()).isEqualTo(2);

      // when
      InetSocketAddress to = (InetSocketAddress) viewer.getLocalSocketAddress();
      for (int i = 0; i < 3; i++) {
        sender.send(data, 0, data.length, to);
      }
      sender.flush();

      // then: in one run
      assertThat(socket.getIntOpt(SOL_UDP, UDP_SEGMENT)).isEqualTo(data.length);
      for (int i = 0; i < 3; i++) {
        DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
        viewer.receive(packet);
        assertThat(packet.getLength()).isEqualTo(data.length);
      }
      assertThat(sender.failures()).isEqualTo(2);
    } finally {
      sender.release();
      socket.close();
    }
  }

  /** A run of so many to a viewer, who gets each of them. */
  private static void reach(SegmentedSender sender, DatagramSocket viewer, int packets)
      throws IOException {
    viewer.setSoTimeout(60_000);
    InetSocketAddress to = (InetSocketAddress) viewer.getLocalSocketAddress();
    for (int i = 0; i < packets; i++) {
      sender.send(new byte[100], 0, 100, to);
    }
    assertThat(sender.flush()).isTrue();
    for (int i = 0; i < packets; i++) {
      DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
      viewer.receive(packet);
      assertThat(packet.getLength()).isEqualTo(100);
    }
  }

  @Test
  void whereRunsAreRefusedPacketsGoOneByOneAndNowhereElse() throws Exception {
    assumeThat(EpollReactor.isAvailable()).isTrue();
    assumeThat(EpollDatagramChannel.isSegmentedDatagramPacketSupported()).isTrue();
    // given: the system takes no runs, nor parts of them, without checksums
    Socket socket = Socket.newSocketDgram();
    SegmentedSender sender = new SegmentedSender(socket);
    InetAddress here = InetAddress.getLoopbackAddress();
    try (DatagramSocket narrow = new DatagramSocket(0, here);
        DatagramSocket wide = new DatagramSocket(0, here);
        DatagramSocket lone = new DatagramSocket(0, here)) {
      socket.setIntOpt(SOL_SOCKET, SO_NO_CHECK, 1);
      reach(sender, narrow, 3);

      // when
      socket.setIntOpt(SOL_SOCKET, SO_NO_CHECK, 0);
      reach(sender, wide, 3);

      // then: in one run, after which a single packet is refused elsewhere
      assertThat(socket.getIntOpt(SOL_UDP, UDP_SEGMENT)).isEqualTo(100);
      socket.setIntOpt(SOL_SOCKET, SO_NO_CHECK, 1);
      reach(sender, lone, 1);
      assertThat(sender.failures()).isZero();
    } finally {
      sender.release();
      socket.close();
    }
  }
}
