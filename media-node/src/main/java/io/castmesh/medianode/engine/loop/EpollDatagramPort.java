package io.castmesh.medianode.engine.loop;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One UDP socket of {@link EpollReactor}, with a {@link SegmentedSender}. */
final class EpollDatagramPort implements DatagramPort {
  private static final Logger log = LoggerFactory.getLogger(EpollDatagramPort.class);

  /** Datagrams of one system call. */
  private static final int RECEIVED_AT_ONCE = 16;

  private static final int SYSTEM_CALLS_PER_BURST = 16;

  private final Reactor.Work work;
  private final Runnable onBurstEnd;
  private final EpollDatagramChannel channel;
  private final SegmentedSender sender;
  private final InetSocketAddress local;
  private final byte[] in = new byte[MediaLoop.MAX_DATAGRAM];

  /**
   * @param onBurstEnd run when a burst is handed over
   * @throws IOException when the address is taken or not ours
   */
  EpollDatagramPort(
      InetSocketAddress address, EventLoopGroup group, Reactor.Work work, Runnable onBurstEnd)
      throws IOException {
    this.work = work;
    this.onBurstEnd = onBurstEnd;
    SocketProtocolFamily family =
        address.getAddress() instanceof Inet6Address
            ? SocketProtocolFamily.INET6
            : SocketProtocolFamily.INET;
    Bootstrap bootstrap =
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
            .handler(new Inbound());
    channel = (EpollDatagramChannel) EpollReactor.bound(bootstrap.bind(address));
    local = channel.localAddress();
    sender = new SegmentedSender(channel.fd());
  }

  void start() {
    channel.config().setAutoRead(true);
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public boolean send(byte[] data, int offset, int length, InetSocketAddress to) {
    return sender.send(data, offset, length, to);
  }

  void flush() {
    sender.flush();
  }

  long failures() {
    return sender.failures();
  }

  void close() {
    channel.close().addListener(closed -> sender.release());
  }

  private final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      ByteBuf content = packet.content();
      int length = Math.min(content.readableBytes(), in.length);
      content.readBytes(in, 0, length);
      work.onDatagram(in, length, new DatagramRoute(EpollDatagramPort.this, packet.sender()));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      onBurstEnd.run();
    }

    /** Such as an ICMP message that somebody left. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("the media socket: {}", cause.toString());
    }
  }
}
