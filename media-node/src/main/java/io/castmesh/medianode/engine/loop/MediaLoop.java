package io.castmesh.medianode.engine.loop;

import io.castmesh.medianode.engine.net.Route;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread with its sockets: a UDP port, the same on each address, and beside it one for TCP
 * connections that carry the same (RFC 6544). It receives, runs tasks and ticks. What it calls must
 * not block.
 *
 * <p>{@link #execute}, {@link #submit} and {@link #close} may be called from any thread; what sends
 * or ends a route on the loop only.
 */
public final class MediaLoop implements Executor, AutoCloseable {
  /** How often {@link Handler#onTick} is called: the pace of NACKs and feedback. */
  public static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

  /** Largest datagram; RTP over an Ethernet MTU is smaller. */
  public static final int MAX_DATAGRAM = 2048;

  /** What the system holds of one TCP connection: enough for 10 Mbit/s over 200 ms. */
  static final int STREAM_BUFFER = 256 << 10;

  /** Connections that wait to be accepted. */
  static final int BACKLOG = 256;

  /** The system may grant less. A keyframe's fan-out to many viewers comes in one burst. */
  static final int SOCKET_BUFFER = 8 << 20;

  /** Two milliseconds altogether. */
  static final int SEND_ATTEMPTS = 40;

  static final long SEND_PAUSE = TimeUnit.MICROSECONDS.toNanos(50);

  private static final Logger log = LoggerFactory.getLogger(MediaLoop.class);

  private static final int MAX_TASKS = 65_536;

  /** To find a number that is free for all sockets. */
  private static final int BIND_ATTEMPTS = 20;

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
     * @param from the way to answer by
     * @param now {@link MediaLoop#now}
     */
    void onDatagram(byte[] data, int length, Route from, long now);

    /** A TCP connection is no more: nothing can be sent by it. */
    void onRouteClosed(Route route, long now);

    /** What had arrived was handed over: the moment to pass on what belongs together. */
    void onBurstEnd(long now);

    void onTick(long now);
  }

  private final Handler handler;
  private final Reactor reactor;
  private final int tcpPort;
  private final AtomicInteger pending = new AtomicInteger();
  private volatile boolean running = true;

  /**
   * Binds at once; {@link #start} begins to receive.
   *
   * @param name of its thread
   * @throws IOException when the address is taken or not ours
   */
  public MediaLoop(Listening where, String name, Sockets sockets, Handler handler)
      throws IOException {
    this.handler = handler;
    this.reactor = bind(where, name, sockets, new Guarded());
    this.tcpPort = where.hasTcp() ? where.tcpBeside(reactor.port()) : 0;
  }

  /** A port that any number will do for may be taken on one of the addresses: then another one. */
  private static Reactor bind(Listening where, String name, Sockets sockets, Reactor.Work work)
      throws IOException {
    boolean isNative = sockets == Sockets.BEST && EpollReactor.isAvailable();
    for (int attempt = 1; ; attempt++) {
      try {
        return isNative ? new EpollReactor(where, name, work) : new NioReactor(where, name, work);
      } catch (IOException taken) {
        if (where.port() != 0 || attempt == BIND_ATTEMPTS) {
          throw taken;
        }
      }
    }
  }

  /** Whether an address can be listened on now: not every one that a machine lists can. */
  public static boolean canBind(InetAddress address) {
    try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(address, 0))) {
      return probe.isBound();
    } catch (SocketException notReady) {
      log.warn("no media at {}: {}", address.getHostAddress(), notReady.getMessage());
      return false;
    }
  }

  public void start() {
    reactor.start();
  }

  /** The engine's time: steady nanoseconds, always positive, so that 0 can mean never. */
  public static long now() {
    return System.nanoTime() - ORIGIN;
  }

  /** The bound port of UDP; 0 when closed. */
  public int port() {
    return reactor.port();
  }

  /** The bound port of TCP; 0 without. */
  public int tcpPort() {
    return tcpPort;
  }

  /** Datagrams the system did not take. */
  public long sendFailures() {
    return reactor.sendFailures();
  }

  /** TCP connections now. */
  public int connections() {
    return reactor.connections().count();
  }

  /** Packets that were lost because a peer reads its TCP connection too slowly. */
  public long slowDrops() {
    return reactor.connections().slow.get();
  }

  /** TCP connections that were closed as they came, because there were too many. */
  public long refusedConnections() {
    return reactor.connections().refused.get();
  }

  /** TCP connections that ended before anybody had said whose they were. */
  public long unprovenConnections() {
    return reactor.connections().unproven.get();
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
          } catch (RuntimeException | Error e) {
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
            } catch (RuntimeException | Error e) { // somebody waits for it
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
   * Sends a packet; on the loop only, and at the latest when the loop has done what it is at.
   *
   * @param expendable whether it is the first to go where packets have to wait: pictures
   * @return false when it is lost, as on any network
   */
  public boolean send(byte[] data, int offset, int length, Route to, boolean expendable) {
    return to instanceof DatagramRoute route
        ? route.port().send(data, offset, length, route.remote())
        : ((StreamConnection) to).send(data, offset, length, expendable);
  }

  /** An authentic check has come by this way: a connection may stay as long as it is used. */
  public void trust(Route route) {
    if (route instanceof StreamConnection connection) {
      connection.trust();
    }
  }

  /** Nobody needs it any more: a connection is closed when what was said last is sent. */
  public void retire(Route route) {
    if (route instanceof StreamConnection connection) {
      connection.retire();
    }
  }

  /** Stops after the tasks that are queued now; waits at most two seconds for it. */
  @Override
  public void close() {
    running = false;
    reactor.close();
  }

  /**
   * Lets no failure of a handler end the loop, and no error either: a timer that throws is never
   * called again, and nobody on the loop would be looked after.
   */
  private final class Guarded implements Reactor.Work {
    @Override
    public void onDatagram(byte[] data, int length, Route from) {
      try {
        handler.onDatagram(data, length, from, now());
      } catch (RuntimeException | Error e) {
        log.warn("a datagram from {} was not handled", from, e);
      }
    }

    @Override
    public void onRouteClosed(Route route) {
      try {
        handler.onRouteClosed(route, now());
      } catch (RuntimeException | Error e) {
        log.warn("the end of {} was not handled", route, e);
      }
    }

    @Override
    public void onBurstEnd() {
      try {
        handler.onBurstEnd(now());
      } catch (RuntimeException | Error e) {
        log.warn("packets were not passed on", e);
      }
    }

    @Override
    public void onTick() {
      try {
        handler.onTick(now());
      } catch (RuntimeException | Error e) {
        log.warn("a tick of the media loop failed", e);
      }
    }
  }
}
