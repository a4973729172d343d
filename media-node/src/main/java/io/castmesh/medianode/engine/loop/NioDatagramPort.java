package io.castmesh.medianode.engine.loop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One UDP socket of {@link NioReactor}: a system call for each datagram. */
final class NioDatagramPort implements DatagramPort, NioReactor.Ready {
  private static final Logger log = LoggerFactory.getLogger(NioDatagramPort.class);

  /** Datagrams of one socket between two looks at tasks and ticks. */
  private static final int BURST = 256;

  private final DatagramChannel channel;
  private final InetSocketAddress local;
  private final Reactor.Work work;
  private final Counter failures;
  private final ByteBuffer in = ByteBuffer.allocate(MediaLoop.MAX_DATAGRAM);
  private final ByteBuffer out = ByteBuffer.allocateDirect(MediaLoop.MAX_DATAGRAM);
  private boolean congested;

  /**
   * @param failures counts what the system does not take
   * @throws IOException when the address is taken or not ours
   */
  NioDatagramPort(InetSocketAddress address, Selector selector, Reactor.Work work, Counter failures)
      throws IOException {
    this.work = work;
    this.failures = failures;
    channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, MediaLoop.SOCKET_BUFFER);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, MediaLoop.SOCKET_BUFFER);
      channel.bind(address);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
      local = (InetSocketAddress) channel.getLocalAddress();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public void onReady(SelectionKey key) throws IOException {
    for (int i = 0; i < BURST; i++) {
      in.clear();
      SocketAddress from;
      try {
        from = channel.receive(in);
      } catch (PortUnreachableException someoneLeft) {
        continue;
      }
      if (from == null) {
        return;
      }
      work.onDatagram(in.array(), in.position(), new DatagramRoute(this, (InetSocketAddress) from));
    }
  }

  @Override
  public boolean send(byte[] data, int offset, int length, InetSocketAddress to) {
    out.clear();
    out.put(data, offset, length).flip();
    try {
      if (trySend(to, length)) {
        return true;
      }
    } catch (IOException unreachable) {
      log.debug("cannot send to {}: {}", to, unreachable.getMessage());
    }
    failures.increment();
    return false;
  }

  /**
   * A keyframe's fan-out may fill the socket's buffer faster than the network empties it: then it
   * is better to wait a moment than to lose packets. Once waiting did not help, the rest of the
   * burst is not waited for.
   */
  private boolean trySend(SocketAddress to, int length) throws IOException {
    for (int attempt = 0; channel.send(out, to) != length; attempt++) {
      if (congested || attempt == MediaLoop.SEND_ATTEMPTS) {
        congested = true;
        return false;
      }
      LockSupport.parkNanos(MediaLoop.SEND_PAUSE);
    }
    congested = false;
    return true;
  }
}
