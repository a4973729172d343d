package io.castmesh.medianode.engine.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.Socket;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class SegmentedSenderTest {
  private static final int SOL_UDP = 17;
  private static final int UDP_SEGMENT = 103;

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
      viewer.setSoTimeout(5_000);
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
}
