package io.castmesh.medianode.engine.loop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Java's own channels: works everywhere. */
final class NioReactor implements Reactor {
  private static final Logger log = LoggerFactory.getLogger(NioReactor.class);

  /** What is registered with the selector. */
  interface Ready {
    void onReady(SelectionKey key) throws IOException;
  }

  private final Work work;
  private final Selector selector;
  private final StreamConnections connections;
  private final List<NioDatagramPort> ports = new ArrayList<>();
  private final List<NioStreamPort> streamPorts = new ArrayList<>();
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Counter sendFailures = new Counter();
  private volatile boolean running = true;
  private volatile boolean closed;

  // Owned by the thread.
  private long nextTick;

  /**
   * @throws IOException when a port is taken or an address is not ours
   */
  NioReactor(Listening where, String name, Work work) throws IOException {
    this.work = work;
    this.selector = Selector.open();
    this.connections = new StreamConnections(work, where.connections());
    try {
      for (InetAddress host : where.hosts()) {
        int port = ports.isEmpty() ? where.port() : port();
        ports.add(
            new NioDatagramPort(new InetSocketAddress(host, port), selector, work, sendFailures));
        if (where.hasTcp()) {
          streamPorts.add(
              new NioStreamPort(
                  new InetSocketAddress(host, where.tcpBeside(port())), selector, connections));
        }
      }
    } catch (IOException e) {
      closeQuietly();
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
    return closed ? 0 : ports.get(0).local().getPort();
  }

  @Override
  public StreamConnections connections() {
    return connections;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (closed && tasks.remove(task)) { // else it is run, at the end of the thread
      throw new RejectedExecutionException("the media loop is closed");
    }
    if (!inLoop()) {
      selector.wakeup();
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void flush() {
    connections.flush(); // datagrams are not held back
  }

  @Override
  public long sendFailures() {
    return sendFailures.get();
  }

  private void run() {
    nextTick = MediaLoop.now() + MediaLoop.TICK;
    try {
      while (running) {
        try {
          turn();
        } catch (RuntimeException | Error e) {
          log.warn("a turn of the media loop failed", e);
        }
      }
      runTasks();
      flush();
    } catch (IOException | RuntimeException e) {
      log.error("the media loop stops", e);
    } finally {
      running = false;
      closeQuietly();
      runTasks();
    }
  }

  private void turn() throws IOException {
    long wait = nextTick - MediaLoop.now();
    if (wait > 0 && tasks.isEmpty()) {
      selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
    } else {
      selector.selectNow();
    }
    runTasks();
    handleReady();
    tickWhenDue();
    work.onBurstEnd();
    flush();
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

  private void handleReady() throws IOException {
    Set<SelectionKey> ready = selector.selectedKeys();
    try {
      for (SelectionKey key : ready) {
        try {
          ((Ready) key.attachment()).onReady(key);
        } catch (CancelledKeyException closedMeanwhile) {
          log.debug("a connection was closed before its turn");
        } catch (RuntimeException | Error e) { // the others, and the tick, have their turn
          log.warn("a media socket was not looked after", e);
        }
      }
    } finally {
      ready.clear();
    }
  }

  private void tickWhenDue() {
    long now = MediaLoop.now();
    if (now - nextTick >= 0) {
      nextTick = now + MediaLoop.TICK;
      work.onTick();
      connections.tick(now);
      streamPorts.forEach(NioStreamPort::resume);
    }
  }

  private void closeQuietly() {
    closed = true;
    try {
      connections.closeAll();
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      log.debug("closing the media sockets: {}", e.getMessage());
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
