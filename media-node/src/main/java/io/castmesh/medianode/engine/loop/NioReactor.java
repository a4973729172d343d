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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Java's own channels: works everywhere, and makes one system call for each datagram. */
final class NioReactor implements Reactor {
  private static final Logger log = LoggerFactory.getLogger(NioReactor.class);

  /** Datagrams between two looks at tasks and ticks. */
  private static final int BURST = 256;

  private final Work work;
  private final DatagramChannel channel;
  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Counter sendFailures = new Counter();
  private volatile boolean running = true;

  // Owned by the thread.
  private final ByteBuffer in = ByteBuffer.allocate(MediaLoop.MAX_DATAGRAM);
  private final ByteBuffer out = ByteBuffer.allocateDirect(MediaLoop.MAX_DATAGRAM);
  private long nextTick;
  private boolean congested;

  /**
   * @throws IOException when the address is taken or not ours
   */
  NioReactor(InetSocketAddress address, String name, Work work) throws IOException {
    this.work = work;
    this.selector = Selector.open();
    this.channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, MediaLoop.SOCKET_BUFFER);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, MediaLoop.SOCKET_BUFFER);
      channel.bind(address);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
    } catch (IOException e) {
      channel.close();
      selector.close();
      throw e;
    }
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public int port() {
    try {
      return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    } catch (IOException closed) {
      return 0;
    }
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (!inLoop()) {
      selector.wakeup();
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
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
    sendFailures.increment();
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

  @Override
  public void flush() {
    // Nothing is held back.
  }

  @Override
  public long sendFailures() {
    return sendFailures.get();
  }

  private void run() {
    nextTick = MediaLoop.now() + MediaLoop.TICK;
    try {
      while (running) {
        long wait = nextTick - MediaLoop.now();
        if (wait > 0 && tasks.isEmpty()) {
          selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
        } else {
          selector.selectNow();
        }
        selector.selectedKeys().clear();
        runTasks();
        receiveBurst();
        tickWhenDue();
        work.onBurstEnd();
      }
      runTasks();
    } catch (IOException | RuntimeException e) {
      log.error("the media loop stops", e);
    } finally {
      running = false;
      closeQuietly();
    }
  }

  private void runTasks() {
    // Only those that are there now: a task that adds another does not hold up the media.
    for (int left = tasks.size(); left > 0; left--) {
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      task.run();
    }
  }

  private void receiveBurst() throws IOException {
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
      work.onDatagram(in.array(), in.position(), (InetSocketAddress) from);
    }
  }

  private void tickWhenDue() {
    long now = MediaLoop.now();
    if (now - nextTick >= 0) {
      nextTick = now + MediaLoop.TICK;
      work.onTick();
    }
  }

  private void closeQuietly() {
    try {
      channel.close();
      selector.close();
    } catch (IOException e) {
      log.debug("closing the media socket: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    running = false;
    if (!thread.isAlive()) {
      closeQuietly();
      return;
    }
    selector.wakeup();
    if (inLoop()) {
      return;
    }
    try {
      thread.join(2000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
