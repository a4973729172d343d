package io.castmesh.medianode.engine.loop;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;

/** One listening TCP socket of {@link EpollReactor}, and what is accepted there. */
final class EpollStreamPort {
  /** Handed to Netty at once; it keeps what the system does not take. */
  private static final int PIECE = 32 << 10;

  /** What may wait in the system before it says that there is no room. */
  private static final int UNSENT = 32 << 10;

  private final StreamConnections connections;
  private final Runnable onBurstEnd;
  private final Channel server;

  /** For every connection: read into and handed over at once. */
  private final byte[] in = new byte[64 << 10];

  /**
   * @param onBurstEnd run when what had arrived by a connection is handed over
   * @throws IOException when the address is taken or not ours
   */
  EpollStreamPort(
      InetSocketAddress address,
      EventLoopGroup group,
      StreamConnections connections,
      Runnable onBurstEnd)
      throws IOException {
    this.connections = connections;
    this.onBurstEnd = onBurstEnd;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, MediaLoop.BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_SNDBUF, MediaLoop.STREAM_BUFFER)
            .childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) UNSENT)
            .childHandler(new Accepting());
    try {
      server = EpollReactor.bound(bootstrap.bind(address));
    } catch (IOException e) {
      throw new IOException("by TCP: " + e.getMessage(), e);
    }
  }

  void start() {
    server.config().setAutoRead(true);
  }

  void close() {
    server.close();
  }

  private final class Accepting extends ChannelInitializer<EpollSocketChannel> {
    @Override
    protected void initChannel(EpollSocketChannel channel) {
      boolean there = channel.localAddress() != null && channel.remoteAddress() != null;
      if (there && connections.hasRoom()) {
        Connection connection = new Connection(channel);
        connections.add(connection);
        channel.pipeline().addLast(new Inbound(connection));
      } else {
        channel.close();
      }
    }
  }

  private final class Connection extends StreamConnection {
    private final EpollSocketChannel channel;

    Connection(EpollSocketChannel channel) {
      super(connections, channel.localAddress(), channel.remoteAddress(), MediaLoop.now());
      this.channel = channel;
    }

    @Override
    int write(byte[] data, int offset, int length) {
      if (!channel.isWritable()) {
        return 0;
      }
      int size = Math.min(length, PIECE);
      ByteBuf piece = channel.alloc().directBuffer(size).writeBytes(data, offset, size);
      channel.writeAndFlush(piece, channel.voidPromise());
      return size;
    }

    @Override
    void closeSocket() {
      channel.close();
    }
  }

  private final class Inbound extends ChannelInboundHandlerAdapter {
    private final Connection connection;

    Inbound(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      try {
        while (bytes.isReadable()) {
          int count = Math.min(bytes.readableBytes(), in.length);
          bytes.readBytes(in, 0, count);
          connection.onBytes(in, 0, count);
        }
      } finally {
        bytes.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      onBurstEnd.run();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) {
        connection.flush();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      connection.close("the peer has closed it");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      connection.close(cause.toString());
    }
  }
}
