package io.castmesh.medianode.engine.disk;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** The few threads that write the files of all recorders, or read those of all players. */
public final class WriterPool implements AutoCloseable {
  private static final int THREADS = 4;

  /** Tasks of one {@link SerialWriter} count once: this many files can wait. */
  private static final int MAX_WAITING = 10_000;

  private final ThreadPoolExecutor threads;
  private final LongAdder refused = new LongAdder();

  public WriterPool() {
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            work -> {
              Thread thread = new Thread(work, "media-file");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** A queue whose tasks run one after the other. */
  public SerialWriter serial() {
    return new SerialWriter(threads, refused::increment);
  }

  /** How many frames were not written, because the disk did not keep up. */
  public long refused() {
    return refused.sum();
  }

  /** Waits for what is being written, at most five seconds. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
