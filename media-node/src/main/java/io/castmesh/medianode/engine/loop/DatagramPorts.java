package io.castmesh.medianode.engine.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * UDP ports of single elements, beside the one that all peer connections share. A thread waits for
 * datagrams and wakes the loop, which receives them: receivers are called there and nowhere else.
 *
 * <p>{@link #openPair} and the closing of ports may be called from any thread, sending on the loop
 * only.
 */
public final class DatagramPorts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DatagramPorts.class);
  private static final int SOCKET_BUFFER = 1 << 20;

  /** Datagrams of one port before the next one has its turn. */
  private static final int BURST = 64;

  private static final int BIND_ATTEMPTS = 200;

  /** As long as a tick of the loop. */
  private static final int PAUSE_MILLIS = 10;

  /** Called on the loop. */
  public interface Receiver {
    /**
     * @param data valid during the call; may be changed
     * @param now {@link MediaLoop#now}
     */
    void onDatagram(byte[] data, int length, InetSocketAddress from, long now);
  }

  /** An even port for RTP and the next one for RTCP (RFC 3550 section 11). */
  public record Pair(Port rtp, Port rtcp) {
    public void close() {
      rtp.close();
      rtcp.close();
    }
  }

  private final MediaLoop loop;
  private final int first;
  private final int last;
  private final LongConsumer onBurstEnd;
  private final Selector selector;
  private final Thread thread;
  private final Runnable drain = this::drain;
  private final Semaphore drained = new Semaphore(0);
  private volatile boolean running = true;

  // Owned by the loop.
  private final ByteBuffer in = ByteBuffer.allocate(MediaLoop.MAX_DATAGRAM);
  private final ByteBuffer out = ByteBuffer.allocateDirect(MediaLoop.MAX_DATAGRAM);

  /**
   * @param first of the ports to take
   * @param last of them; both 0: whatever the system gives
   * @param onBurstEnd called on the loop with its time when all that has arrived is handed over
   * @throws IOException when the system has no more handles
   */
  public DatagramPorts(MediaLoop loop, int first, int last, LongConsumer onBurstEnd)
      throws IOException {
    this.loop = loop;
    this.first = first;
    this.last = last;
    this.onBurstEnd = onBurstEnd;
    this.selector = Selector.open();
    this.thread = new Thread(this::run, "rtp-ports");
    thread.setDaemon(true);
  }

  /** Most nodes never have such a port. */
  private synchronized void begin() {
    if (running && thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  /**
   * Binds two neighbouring ports.
   *
   * @throws IOException when none are free
   */
  public Pair openPair(InetAddress host, Receiver rtp, Receiver rtcp) throws IOException {
    begin();
    for (int attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
      int even = first == 0 ? freeEvenPort(host) : candidate(attempt);
      Port lower = tryOpen(host, even, rtp);
      if (lower != null) {
        Port upper = tryOpen(host, even + 1, rtcp);
        if (upper != null) {
          return new Pair(lower, upper);
        }
        lower.close();
      }
    }
    throw new BindException("no two neighbouring UDP ports are free on " + host);
  }

  /** Anywhere in the range at first; then one after the other, so that a full one is noticed. */
  private int candidate(int attempt) {
    int pairs = (last - first + 1) / 2;
    int start = (first + 1) & ~1;
    int at = attempt < 20 ? ThreadLocalRandom.current().nextInt(Math.max(1, pairs)) : attempt - 20;
    return start + 2 * (at % Math.max(1, pairs));
  }

  private static int freeEvenPort(InetAddress host) throws IOException {
    try (DatagramChannel probe = DatagramChannel.open()) {
      probe.bind(new InetSocketAddress(host, 0));
      return ((InetSocketAddress) probe.getLocalAddress()).getPort() & ~1;
    }
  }

  /** Null when it is taken. */
  private Port tryOpen(InetAddress host, int number, Receiver receiver) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.setOption(java.net.StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
      channel.configureBlocking(false);
      channel.bind(new InetSocketAddress(host, number));
      Port port = new Port(channel, number, receiver);
      channel.register(selector, SelectionKey.OP_READ, port);
      selector.wakeup();
      return port;
    } catch (BindException taken) {
      channel.close();
      return null;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * The address of this machine that packets to another one leave from; null when there is no way
   * to it. Nothing is sent for that.
   */
  public static InetAddress addressTowards(InetAddress remote) {
    try (DatagramSocket probe = new DatagramSocket()) {
      probe.connect(remote, 9);
      return probe.getLocalAddress();
    } catch (IOException | UncheckedIOException noWay) {
      return null;
    }
  }

  private void run() {
    try {
      while (running) {
        if (selector.select() > 0 && handOver()) {
          drained.acquire(); // the keys are the loop's until then
        }
      }
    } catch (InterruptedException closing) {
      log.debug("RTP ports are not read any more");
    } catch (IOException e) {
      log.error("RTP ports are not read any more", e);
    }
  }

  /** False when the loop takes no tasks: it is asked again soon, unless everything ends. */
  private boolean handOver() throws InterruptedException {
    try {
      loop.execute(drain);
      return true;
    } catch (RejectedExecutionException overloaded) {
      selector.selectedKeys().clear(); // or they would not be news the next time
      Thread.sleep(PAUSE_MILLIS);
      return false;
    }
  }

  private void drain() {
    try {
      receive();
      onBurstEnd.accept(MediaLoop.now());
    } finally {
      drained.release();
    }
  }

  private void receive() {
    Set<SelectionKey> ready = selector.selectedKeys();
    try {
      for (SelectionKey key : ready) {
        ((Port) key.attachment()).receive();
      }
    } finally {
      ready.clear();
    }
  }

  /** One bound port. */
  public final class Port {
    private final DatagramChannel channel;
    private final int number;
    private final Receiver receiver;

    private Port(DatagramChannel channel, int number, Receiver receiver) {
      this.channel = channel;
      this.number = number;
      this.receiver = receiver;
    }

    public int number() {
      return number;
    }

    /** On the loop; false when the system did not take it. */
    public boolean send(byte[] data, int length, SocketAddress to) {
      out.clear();
      out.put(data, 0, length).flip();
      try {
        return channel.send(out, to) == length;
      } catch (IOException unreachable) {
        log.debug("cannot send to {}: {}", to, unreachable.getMessage());
        return false;
      }
    }

    private void receive() {
      for (int i = 0; i < BURST; i++) {
        in.clear();
        try {
          SocketAddress from = channel.receive(in);
          if (from == null) {
            return;
          }
          receiver.onDatagram(in.array(), in.position(), (InetSocketAddress) from, MediaLoop.now());
        } catch (PortUnreachableException someoneLeft) {
          // Told once for each datagram that came back.
        } catch (ClosedChannelException closed) {
          return;
        } catch (IOException | RuntimeException e) {
          log.warn("a datagram at port {} was not handled", number, e);
        }
      }
    }

    public void close() {
      try {
        channel.close();
        selector.wakeup(); // the key is dropped only when somebody selects
      } catch (IOException e) {
        log.debug("closing port {}: {}", number, e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      running = false;
    }
    thread.interrupt();
    try {
      thread.join(1000);
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.debug("closing RTP ports: {}", e.getMessage());
    }
  }
}
