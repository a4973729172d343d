package io.castmesh.medianode.engine.loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linux by Netty's native transport: an event loop of its own, which receives many datagrams with
 * one system call (recvmmsg), and sends runs of them.
 */
final class EpollReactor implements Reactor {
  private static final Logger log = LoggerFactory.getLogger(EpollReactor.class);

  private static final long BIND_SECONDS = 10;

  private final Work work;
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final StreamConnections connections;
  private final List<EpollDatagramPort> ports = new ArrayList<>();
  private final List<EpollStreamPort> streamPorts = new ArrayList<>();

  /** Whether the native library is there for this machine. */
  static boolean isAvailable() {
    return Epoll.isAvailable();
  }

  /**
   * @throws IOException when a port is taken or an address is not ours
   */
  EpollReactor(Listening where, String name, Work work) throws IOException {
    this.work = work;
    group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
    loop = group.next();
    connections = new StreamConnections(work, where.connections());
    try {
      for (InetAddress host : where.hosts()) {
        int port = ports.isEmpty() ? where.port() : port();
        ports.add(
            new EpollDatagramPort(new InetSocketAddress(host, port), group, work, this::endBurst));
        if (where.hasTcp()) {
          streamPorts.add(
              new EpollStreamPort(
                  new InetSocketAddress(host, where.tcpBeside(port())),
                  group,
                  connections,
                  this::endBurst));
        }
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /**
   * Waits for it.
   *
   * @throws IOException when it failed
   */
  static Channel bound(ChannelFuture binding) throws IOException {
    if (!binding.awaitUninterruptibly(BIND_SECONDS, TimeUnit.SECONDS) || !binding.isSuccess()) {
      throw new IOException(binding.cause() == null ? "no answer" : binding.cause().getMessage());
    }
    return binding.channel();
  }

  @Override
  public void start() {
    loop.scheduleAtFixedRate(this::tick, MediaLoop.TICK, MediaLoop.TICK, TimeUnit.NANOSECONDS);
    ports.forEach(EpollDatagramPort::start);
    streamPorts.forEach(EpollStreamPort::start);
  }

  /** A timer that throws is never called again. */
  private void tick() {
    try {
      work.onTick();
      connections.tick(MediaLoop.now());
      endBurst();
    } catch (RuntimeException | Error e) {
      log.warn("a tick of the media loop failed", e);
    }
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(
        () -> {
          task.run();
          endBurst();
        });
  }

  private void endBurst() {
    work.onBurstEnd();
    flush();
  }

  @Override
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  @Override
  public int port() {
    return ports.get(0).isOpen() ? ports.get(0).local().getPort() : 0;
  }

  @Override
  public StreamConnections connections() {
    return connections;
  }

  @Override
  public void flush() {
    for (int i = 0; i < ports.size(); i++) {
      ports.get(i).flush();
    }
    connections.flush();
  }

  @Override
  public long sendFailures() {
    return ports.stream().mapToLong(EpollDatagramPort::failures).sum();
  }

  @Override
  public void close() {
    // Those before it in the queue are run first.
    try {
      loop.execute(this::closeSockets);
    } catch (RejectedExecutionException closedBefore) {
      return;
    }
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    if (!inLoop()) {
      group.terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
  }

  private void closeSockets() {
    streamPorts.forEach(EpollStreamPort::close);
    connections.flush();
    connections.closeAll();
    ports.forEach(EpollDatagramPort::close);
  }
}
