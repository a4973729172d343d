package io.castmesh.medianode.engine.loop;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linux by Netty's native transport: an event loop of its own, which receives many datagrams with
 * one system call (recvmmsg), and a {@link SegmentedSender}.
 */
final class EpollReactor implements Reactor {
  private static final Logger log = LoggerFactory.getLogger(EpollReactor.class);

  /** Datagrams of one system call. */
  private static final int RECEIVED_AT_ONCE = 16;

  private static final int SYSTEM_CALLS_PER_BURST = 16;
  private static final long BIND_SECONDS = 10;

  private final Work work;
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final EpollDatagramChannel channel;
  private final SegmentedSender sender;
  private final int port;

  /** Owned by the thread. */
  private final byte[] in = new byte[MediaLoop.MAX_DATAGRAM];

  /** Whether the native library is there for this machine. */
  static boolean isAvailable() {
    return Epoll.isAvailable();
  }

  /**
   * @throws IOException when the address is taken or not ours
   */
  EpollReactor(InetSocketAddress address, String name, Work work) throws IOException {
    this.work = work;
    group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
    loop = group.next();
    SocketProtocolFamily family =
        address.getAddress() instanceof Inet6Address
            ? SocketProtocolFamily.INET6
            : SocketProtocolFamily.INET;
    ChannelFuture bound =
        new Bootstrap()
            .group(group)
            .channelFactory(() -> new EpollDatagramChannel(family))
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.SO_RCVBUF, MediaLoop.SOCKET_BUFFER)
            .option(ChannelOption.SO_SNDBUF, MediaLoop.SOCKET_BUFFER)
            .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, MediaLoop.MAX_DATAGRAM)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(MediaLoop.MAX_DATAGRAM * RECEIVED_AT_ONCE)
                    .maxMessagesPerRead(RECEIVED_AT_ONCE * SYSTEM_CALLS_PER_BURST))
            .handler(new Inbound())
            .bind(address);
    if (!bound.awaitUninterruptibly(BIND_SECONDS, TimeUnit.SECONDS) || !bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException(bound.cause() == null ? "no answer" : bound.cause().getMessage());
    }
    channel = (EpollDatagramChannel) bound.channel();
    port = channel.localAddress().getPort();
    sender = new SegmentedSender(channel.fd());
  }

  @Override
  public void start() {
    loop.scheduleAtFixedRate(
        () -> {
          work.onTick();
          endBurst();
        },
        MediaLoop.TICK,
        MediaLoop.TICK,
        TimeUnit.NANOSECONDS);
    channel.config().setAutoRead(true);
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(
          () -> {
            task.run();
            endBurst();
          });
    } catch (RejectedExecutionException closing) {
      log.debug("a task came after the end of the loop");
    }
  }

  private void endBurst() {
    work.onBurstEnd();
    sender.flush();
  }

  @Override
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  @Override
  public int port() {
    return channel.isOpen() ? port : 0;
  }

  @Override
  public boolean send(byte[] data, int offset, int length, InetSocketAddress to) {
    return sender.send(data, offset, length, to);
  }

  @Override
  public void flush() {
    sender.flush();
  }

  @Override
  public long sendFailures() {
    return sender.failures();
  }

  @Override
  public void close() {
    // Those before it in the queue are run first.
    try {
      loop.execute(() -> channel.close().addListener(closed -> sender.release()));
    } catch (RejectedExecutionException closedBefore) {
      return;
    }
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    if (!inLoop()) {
      group.terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
  }

  private final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      ByteBuf content = packet.content();
      int length = Math.min(content.readableBytes(), in.length);
      content.readBytes(in, 0, length);
      work.onDatagram(in, length, packet.sender());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      endBurst();
    }

    /** Such as an ICMP message that somebody left. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("the media socket: {}", cause.toString());
    }
  }
}
