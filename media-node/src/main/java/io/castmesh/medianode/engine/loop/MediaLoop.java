package io.castmesh.medianode.engine.loop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** The system may grant less. A keyframe's fan-out to many viewers comes in one burst. */
  static final int SOCKET_BUFFER = 8 << 20;

  /** Two milliseconds altogether. */
  static final int SEND_ATTEMPTS = 40;

  static final long SEND_PAUSE = TimeUnit.MICROSECONDS.toNanos(50);

  private static final Logger log = LoggerFactory.getLogger(MediaLoop.class);

  private static final int MAX_TASKS = 65_536;

  private static final long ORIGIN = System.nanoTime() - TimeUnit.HOURS.toNanos(1);

  /** Which sockets to use. */
  public enum Sockets {
    /** Native ones where they are there (Linux), else Java's. */
    BEST,
    /** Java's own. */
    JAVA
  }

  /** Called on the loop. */
  public interface Handler {
    /**
     * @param data valid during the call; may be changed
     * @param now {@link MediaLoop#now}
     */
    void onDatagram(byte[] data, int length, InetSocketAddress from, long now);

    /** What had arrived was handed over: the moment to pass on what belongs together. */
    void onBurstEnd(long now);

    void onTick(long now);
  }

  private final Handler handler;
  private final Reactor reactor;
  private final AtomicInteger pending = new AtomicInteger();
  private volatile boolean running = true;

  /**
   * Binds at once; {@link #start} begins to receive.
   *
   * @param name of its thread
   * @throws IOException when the address is taken or not ours
   */
  public MediaLoop(InetSocketAddress address, String name, Sockets sockets, Handler handler)
      throws IOException {
    this.handler = handler;
    this.reactor =
        sockets == Sockets.BEST && EpollReactor.isAvailable()
            ? new EpollReactor(address, name, new Guarded())
            : new NioReactor(address, name, new Guarded());
  }

  public void start() {
    reactor.start();
  }

  /** The engine's time: steady nanoseconds, always positive, so that 0 can mean never. */
  public static long now() {
    return System.nanoTime() - ORIGIN;
  }

  /** The bound port. */
  public int port() {
    return reactor.port();
  }

  /** Datagrams the system did not take. */
  public long sendFailures() {
    return reactor.sendFailures();
  }

  /**
   * Runs a task on the loop, soon.
   *
   * @throws RejectedExecutionException when the loop is closed or drowns in tasks
   */
  @Override
  public void execute(Runnable task) {
    if (!running || pending.get() >= MAX_TASKS) {
      throw new RejectedExecutionException("the media loop takes no tasks");
    }
    pending.incrementAndGet();
    reactor.execute(
        () -> {
          pending.decrementAndGet();
          try {
            task.run();
          } catch (RuntimeException e) {
            log.warn("a task of the media loop failed", e);
          }
        });
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
    return reactor.inLoop();
  }

  /**
   * Sends a datagram; on the loop only, and at the latest when the loop has done what it is at.
   *
   * @return false when the system did not take it: it is lost, as on any network
   */
  public boolean send(byte[] data, int offset, int length, InetSocketAddress to) {
    return reactor.send(data, offset, length, to);
  }

  /** Stops after the tasks that are queued now; waits at most two seconds for it. */
  @Override
  public void close() {
    running = false;
    reactor.close();
  }

  /** Lets no failure of a handler end the loop. */
  private final class Guarded implements Reactor.Work {
    @Override
    public void onDatagram(byte[] data, int length, InetSocketAddress from) {
      try {
        handler.onDatagram(data, length, from, now());
      } catch (RuntimeException e) {
        log.warn("a datagram from {} was not handled", from, e);
      }
    }

    @Override
    public void onBurstEnd() {
      try {
        handler.onBurstEnd(now());
      } catch (RuntimeException e) {
        log.warn("packets were not passed on", e);
      }
    }

    @Override
    public void onTick() {
      try {
        handler.onTick(now());
      } catch (RuntimeException e) {
        log.warn("a tick of the media loop failed", e);
      }
    }
  }
}
