package io.castmesh.medianode.engine.loop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening TCP socket of {@link NioReactor}, and what is accepted there. */
final class NioStreamPort implements NioReactor.Ready {
  private static final Logger log = LoggerFactory.getLogger(NioStreamPort.class);

  /** Connections accepted between two looks at everything else. */
  private static final int BURST = 16;

  /** Reads of one connection between two looks at everything else. */
  private static final int READS = 4;

  private final Selector selector;
  private final StreamConnections connections;
  private final SelectionKey listening;

  /** For every connection: read into and handed over at once. */
  private final ByteBuffer in = ByteBuffer.allocate(64 << 10);

  /**
   * @throws IOException when the address is taken or not ours
   */
  NioStreamPort(InetSocketAddress address, Selector selector, StreamConnections connections)
      throws IOException {
    this.selector = selector;
    this.connections = connections;
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.bind(address, MediaLoop.BACKLOG);
      server.configureBlocking(false);
      listening = server.register(selector, SelectionKey.OP_ACCEPT, this);
    } catch (IOException e) {
      server.close();
      throw new IOException("by TCP: " + e.getMessage(), e);
    }
  }

  @Override
  public void onReady(SelectionKey key) {
    try {
      for (int i = 0; i < BURST; i++) {
        SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
        if (channel == null) {
          return;
        }
        accepted(channel);
      }
    } catch (IOException noHandles) {
      // Those who wait would make us come back at once, again and again.
      log.warn("no media by TCP for a moment: {}", noHandles.getMessage());
      key.interestOps(0);
    }
  }

  private void accepted(SocketChannel channel) throws IOException {
    if (!connections.hasRoom()) {
      channel.close();
      return;
    }
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, MediaLoop.STREAM_BUFFER);
      Connection connection = new Connection(channel);
      connection.key = channel.register(selector, SelectionKey.OP_READ, connection);
      connections.add(connection);
    } catch (IOException gone) {
      log.debug("a connection went as it came: {}", gone.getMessage());
      channel.close();
    }
  }

  /** Accepts again after a pause. */
  void resume() {
    if (listening.isValid() && listening.interestOps() == 0) {
      listening.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  private final class Connection extends StreamConnection implements NioReactor.Ready {
    private final SocketChannel channel;
    private SelectionKey key;

    Connection(SocketChannel channel) throws IOException {
      super(
          connections,
          (InetSocketAddress) channel.getLocalAddress(),
          (InetSocketAddress) channel.getRemoteAddress(),
          MediaLoop.now());
      this.channel = channel;
    }

    @Override
    public void onReady(SelectionKey ready) {
      if (ready.isWritable()) {
        ready.interestOps(SelectionKey.OP_READ);
        flush();
      }
      for (int i = 0; i < READS && !isClosed(); i++) {
        in.clear();
        int count;
        try {
          count = channel.read(in);
        } catch (IOException reset) {
          count = -1;
        }
        if (count < 0) {
          close("the peer has closed it");
        } else if (count == 0) {
          return;
        } else {
          onBytes(in.array(), 0, count);
        }
      }
    }

    @Override
    int write(byte[] data, int offset, int length) throws IOException {
      int written = channel.write(ByteBuffer.wrap(data, offset, length));
      if (written < length) {
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      }
      return written;
    }

    @Override
    void closeSocket() {
      try {
        channel.close();
      } catch (IOException e) {
        log.debug("closing {}: {}", this, e.getMessage());
      }
    }
  }
}
