package io.castmesh.medianode.engine.disk;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks of one file in order on a shared pool. Bounded in bytes: what a slow disk cannot take
 * is refused, so that it costs frames of its own recording and nothing else. Any thread.
 */
public final class SerialWriter {
  /** Half a minute of a good picture. */
  public static final long MAX_QUEUED_BYTES = 16 << 20;

  private static final Logger log = LoggerFactory.getLogger(SerialWriter.class);

  private record Task(Runnable work, long bytes) {}

  private final Executor pool;
  private final Runnable onRefused;
  private final Queue<Task> tasks = new ArrayDeque<>();
  private long queuedBytes;
  private boolean running;

  /**
   * @param onRefused told of each task that there was no room for, on the thread that offered it
   */
  public SerialWriter(Executor pool, Runnable onRefused) {
    this.pool = pool;
    this.onRefused = onRefused;
  }

  /** Queues a task that holds this many bytes; returns false when there is no room for it. */
  public boolean offer(long bytes, Runnable work) {
    boolean taken = take(bytes, work);
    if (!taken) {
      onRefused.run();
    }
    return taken;
  }

  private boolean take(long bytes, Runnable work) {
    synchronized (tasks) {
      if (queuedBytes + bytes > MAX_QUEUED_BYTES) {
        return false;
      }
      try {
        add(new Task(work, bytes));
      } catch (RejectedExecutionException noThread) {
        return false;
      }
      return true;
    }
  }

  /**
   * Queues a task that must not be lost: opening, finishing.
   *
   * @throws RejectedExecutionException when the pool is closed, or too many files wait for it
   */
  public void execute(Runnable work) {
    synchronized (tasks) {
      add(new Task(work, 0));
    }
  }

  /** Of tasks that wait for the disk. */
  public long queuedBytes() {
    synchronized (tasks) {
      return queuedBytes;
    }
  }

  private void add(Task task) {
    tasks.add(task);
    queuedBytes += task.bytes();
    if (running) {
      return;
    }
    running = true;
    try {
      pool.execute(this::run);
    } catch (RejectedExecutionException noThread) {
      running = false;
      tasks.remove(task);
      queuedBytes -= task.bytes();
      throw noThread;
    }
  }

  private void run() {
    while (true) {
      Task task;
      synchronized (tasks) {
        task = tasks.poll();
        if (task == null) {
          running = false;
          return;
        }
        queuedBytes -= task.bytes();
      }
      try {
        task.work().run();
      } catch (RuntimeException | Error e) { // else nothing more would ever be done for this file
        log.warn("a task of a media file failed", e);
      }
    }
  }
}
