package io.castmesh.medianode.engine.rtc;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** What carries a test peer's packets: UDP, or TCP with frames (RFC 4571). */
interface TestWire extends AutoCloseable {
  void send(byte[] packet) throws IOException;

  /** Waits 100 ms at most; 0 when nothing came. */
  int receive(byte[] buffer) throws IOException;

  @Override
  void close();

  /** The candidate of a description that it leads to, its words. */
  static String[] candidate(String sdp, String transport) {
    return Arrays.stream(sdp.split("\r\n"))
        .filter(line -> line.startsWith("a=candidate:") && line.contains(" " + transport + " "))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no candidate by " + transport + " in " + sdp))
        .split(" ");
  }

  private static InetSocketAddress address(String[] candidate) {
    return new InetSocketAddress(candidate[4], Integer.parseInt(candidate[5]));
  }

  /** From a new port of the address that it goes to. */
  static TestWire udp(String sdp) throws IOException {
    return udp(address(candidate(sdp, "udp")));
  }

  /** One that takes packets from nowhere else. */
  static TestWire connected(InetAddress host, int port) throws IOException {
    InetSocketAddress to = new InetSocketAddress(host, port);
    DatagramSocket socket = new DatagramSocket(null);
    socket.connect(to);
    return over(socket, to);
  }

  static TestWire udp(InetSocketAddress to) throws IOException {
    InetAddress own = to.getAddress().isLoopbackAddress() ? to.getAddress() : null;
    return over(new DatagramSocket(new InetSocketAddress(own, 0)), to);
  }

  private static TestWire over(DatagramSocket socket, InetSocketAddress to) throws IOException {
    socket.setReceiveBufferSize(4 << 20);
    socket.setSoTimeout(100);
    return new TestWire() {
      @Override
      public void send(byte[] packet) throws IOException {
        socket.send(new DatagramPacket(packet, packet.length, to));
      }

      @Override
      public int receive(byte[] buffer) throws IOException {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        try {
          socket.receive(packet);
          return packet.getLength();
        } catch (SocketTimeoutException quiet) {
          return 0;
        }
      }

      @Override
      public void close() {
        socket.close();
      }
    };
  }

  static TestWire tcp(String sdp) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(address(candidate(sdp, "tcp")), 5_000);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    return new TestWire() {
      @Override
      public synchronized void send(byte[] packet) throws IOException {
        byte[] frame = new byte[2 + packet.length];
        frame[0] = (byte) (packet.length >>> 8);
        frame[1] = (byte) packet.length;
        System.arraycopy(packet, 0, frame, 2, packet.length);
        out.write(frame);
      }

      @Override
      public int receive(byte[] buffer) throws IOException {
        int length = in.readUnsignedShort();
        in.readFully(buffer, 0, length);
        return length;
      }

      @Override
      public void close() {
        try {
          socket.close();
        } catch (IOException closed) {
          // So it is.
        }
      }
    };
  }
}
