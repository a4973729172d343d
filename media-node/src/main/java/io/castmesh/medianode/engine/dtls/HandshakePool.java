package io.castmesh.medianode.engine.dtls;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for handshakes, which wait for their peers most of the time, and for as long as a peer
 * likes to say nothing: many may wait, so that those who stall keep nobody out, and few work at the
 * same time, so that a crowd that comes leaves the loops their share of the processors.
 *
 * <p>May be used from any thread.
 */
public final class HandshakePool implements Executor, AutoCloseable {
  private static final int MOST_THREADS = 512;
  private static final int MOST_AT_WORK = 32;
  private static final long IDLE_SECONDS = 10;

  /** The library's calls are not deep. */
  private static final int STACK = 256 << 10;

  private final Semaphore turns = new Semaphore(MOST_AT_WORK, true);
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0, MOST_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), Worker::new);

  private static final class Worker extends Thread {
    /** Where it has its turn from; null while it has none. */
    private Semaphore turns;

    Worker(Runnable work) {
      super(null, work, "dtls-handshake", STACK);
      setDaemon(true);
    }
  }

  /**
   * Runs a task on a thread of its own.
   *
   * @throws RejectedExecutionException when there are too many, or after the end
   */
  @Override
  public void execute(Runnable task) {
    threads.execute(
        () -> {
          Worker worker = (Worker) Thread.currentThread();
          turns.acquireUninterruptibly();
          worker.turns = turns;
          try {
            task.run();
          } finally {
            worker.turns = null;
            turns.release();
          }
        });
  }

  /** Waits for an element; on a thread of a pool others work meanwhile. Null when none comes. */
  static <T> T poll(BlockingQueue<T> queue, int waitMillis) throws InterruptedException {
    T there = queue.poll();
    if (there != null) {
      return there;
    }
    Semaphore turns = Thread.currentThread() instanceof Worker worker ? worker.turns : null;
    if (turns == null) {
      return queue.poll(waitMillis, TimeUnit.MILLISECONDS);
    }
    turns.release();
    try {
      return queue.poll(waitMillis, TimeUnit.MILLISECONDS);
    } finally {
      turns.acquireUninterruptibly();
    }
  }

  /** Waits a second for what is said last, and no longer. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      threads.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
  }
}
