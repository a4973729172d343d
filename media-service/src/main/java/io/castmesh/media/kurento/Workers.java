package io.castmesh.media.kurento;

import io.castmesh.contract.Failure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A bounded pool of threads that wait for one media server, because kurento-client blocks: a server
 * that hangs keeps its own threads busy and harms no other. Used from one event loop, where results
 * arrive again.
 */
public final class Workers {
  /** Calls that may wait for a thread before the next one is refused. */
  private static final int WAITING = 1_000;

  private final Vertx vertx;
  private final WorkerExecutor pool;
  private int pending;

  /**
   * @param name of its threads; pools of one name are one
   */
  public Workers(Vertx vertx, String name, int threads, Duration warnAfter) {
    this.vertx = vertx;
    this.pool =
        vertx.createSharedWorkerExecutor(
            name, threads, warnAfter.toMillis() * 2, TimeUnit.MILLISECONDS);
  }

  /** Waits for something that leaves nothing behind when it comes too late. */
  <T> Future<T> run(Duration deadline, Callable<T> blocking) {
    return run(deadline, blocking, late -> {});
  }

  /**
   * Waits for something that is made.
   *
   * @param undo called on a worker thread with what came after the deadline
   */
  <T> Future<T> run(Duration deadline, Callable<T> blocking, Consumer<T> undo) {
    if (pending >= WAITING) {
      return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception());
    }
    pending++;
    Promise<T> promise = Promise.promise();
    // Whoever sets it first decides: the thread that has the result, or the deadline.
    AtomicBoolean decided = new AtomicBoolean();
    long timer =
        vertx.setTimer(
            deadline.toMillis(),
            expired -> {
              if (decided.compareAndSet(false, true)) {
                promise.tryFail(new TimeoutException());
              }
            });
    pool.executeBlocking(
            () -> {
              if (decided.get()) {
                // Nobody waits any more: a server that hangs must not keep the threads busy.
                return null;
              }
              T made = blocking.call();
              if (!decided.compareAndSet(false, true)) {
                undo.accept(made);
              }
              return made;
            },
            false)
        .onComplete(
            result -> {
              pending--;
              vertx.cancelTimer(timer);
              promise.tryComplete(result);
            },
            error -> {
              pending--;
              vertx.cancelTimer(timer);
              promise.tryFail(error);
            });
    return promise.future();
  }

  public Future<Void> close() {
    return pool.close();
  }
}
