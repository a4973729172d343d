package io.castmesh.medianode.engine.loop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread with one UDP socket: it receives, runs tasks and ticks. What it calls must not block.
 *
 * <p>{@link #execute}, {@link #submit} and {@link #close} may be called from any thread, {@link
 * #send} on the loop only.
 */
public final class MediaLoop implements Executor, AutoCloseable {
  /** How often {@link Handler#onTick} is called: the pace of NACKs and feedback. */
  public static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

  /** Largest datagram; RTP over an Ethernet MTU is smaller. */
  public static final int MAX_DATAGRAM = 2048;

  private static final Logger log = LoggerFactory.getLogger(MediaLoop.class);

  /** The system may grant less. A keyframe's fan-out to many viewers comes in one burst. */
  private static final int SOCKET_BUFFER = 8 << 20;

  /** Datagrams between two looks at tasks and ticks. */
  private static final int BURST = 256;

  private static final int MAX_TASKS = 65_536;

  /** Two milliseconds altogether. */
  private static final int SEND_ATTEMPTS = 40;

  private static final long SEND_PAUSE = TimeUnit.MICROSECONDS.toNanos(50);

  private static final long ORIGIN = System.nanoTime() - TimeUnit.HOURS.toNanos(1);

  /** Called on the loop. */
  public interface Handler {
    /**
     * @param data valid during the call; may be changed
     * @param now {@link MediaLoop#now}
     */
    void onDatagram(byte[] data, int length, InetSocketAddress from, long now);

    void onTick(long now);
  }

  private final Handler handler;
  private final DatagramChannel channel;
  private final Selector selector;
  private final Thread thread;
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>(MAX_TASKS);
  private volatile boolean running = true;

  /** Datagrams the system did not take. */
  private final Counter sendFailures = new Counter();

  // Owned by the loop thread.
  private final ByteBuffer in = ByteBuffer.allocate(MAX_DATAGRAM);
  private final ByteBuffer out = ByteBuffer.allocateDirect(MAX_DATAGRAM);
  private long nextTick;
  private boolean congested;

  /**
   * Binds at once; {@link #start} begins to receive.
   *
   * @throws IOException when the address is taken or not ours
   */
  public MediaLoop(InetSocketAddress address, Handler handler) throws IOException {
    this.handler = handler;
    this.selector = Selector.open();
    this.channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
      channel.bind(address);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
    } catch (IOException e) {
      channel.close();
      selector.close();
      throw e;
    }
    this.thread = new Thread(this::run, "media-loop");
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /** The engine's time: steady nanoseconds, always positive, so that 0 can mean never. */
  public static long now() {
    return System.nanoTime() - ORIGIN;
  }

  /** The bound port. */
  public int port() {
    try {
      return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    } catch (IOException closed) {
      return 0;
    }
  }

  public long sendFailures() {
    return sendFailures.get();
  }

  /**
   * Runs a task on the loop, soon.
   *
   * @throws RejectedExecutionException when the loop is closed or drowns in tasks
   */
  @Override
  public void execute(Runnable task) {
    if (!running || !tasks.offer(task)) {
      throw new RejectedExecutionException("the media loop takes no tasks");
    }
    if (!inLoop()) {
      selector.wakeup();
    }
  }

  /** Runs a task on the loop; the future completes there, or fails at once on a closed loop. */
  public <T> CompletableFuture<T> submit(Supplier<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      execute(
          () -> {
            try {
              result.complete(task.get());
            } catch (RuntimeException e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  /**
   * Sends a datagram; on the loop only.
   *
   * @return false when the system did not take it: it is lost, as on any network
   */
  public boolean send(byte[] data, int offset, int length, SocketAddress to) {
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
      if (congested || attempt == SEND_ATTEMPTS) {
        congested = true;
        return false;
      }
      LockSupport.parkNanos(SEND_PAUSE);
    }
    congested = false;
    return true;
  }

  private void run() {
    nextTick = now() + TICK;
    try {
      while (running) {
        long wait = nextTick - now();
        if (wait > 0 && tasks.isEmpty()) {
          selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
        } else {
          selector.selectNow();
        }
        selector.selectedKeys().clear();
        runTasks();
        receiveBurst();
        tickWhenDue();
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
      guarded(task);
    }
  }

  private void receiveBurst() throws IOException {
    for (int i = 0; i < BURST; i++) {
      in.clear();
      SocketAddress from;
      try {
        from = channel.receive(in);
      } catch (java.net.PortUnreachableException someoneLeft) {
        continue;
      }
      if (from == null) {
        return;
      }
      try {
        handler.onDatagram(in.array(), in.position(), (InetSocketAddress) from, now());
      } catch (RuntimeException e) {
        log.warn("a datagram from {} was not handled", from, e);
      }
    }
  }

  private void tickWhenDue() {
    long now = now();
    if (now - nextTick >= 0) {
      nextTick = now + TICK;
      guarded(() -> handler.onTick(now));
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.warn("a task of the media loop failed", e);
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

  /** Stops after the tasks that are queued now; waits at most two seconds for it. */
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
