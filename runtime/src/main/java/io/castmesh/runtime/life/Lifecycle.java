package io.castmesh.runtime.life;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a process as a designed thing: running, draining, stopped. What was started last is
 * stopped first; each step has what is left of one deadline.
 *
 * <p>Thread-safe: steps may be added and {@link #drain} called from any thread.
 */
public final class Lifecycle {
  private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);

  public enum State {
    RUNNING,
    DRAINING,
    STOPPED
  }

  private record Step(String name, Supplier<Future<Void>> stop) {}

  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private final Deque<Step> steps = new ArrayDeque<>();

  public State state() {
    return state.get();
  }

  public boolean running() {
    return state.get() == State.RUNNING;
  }

  /** To be called when something has been started. */
  public void onStop(String name, Supplier<Future<Void>> stop) {
    synchronized (steps) {
      steps.push(new Step(name, stop));
    }
  }

  /**
   * Stops everything in reverse order; blocks, so it belongs on a thread of its own.
   *
   * @return whether every step ended well and in time
   */
  public boolean drain(Duration deadline) {
    if (!state.compareAndSet(State.RUNNING, State.DRAINING)) {
      return false;
    }
    long end = System.nanoTime() + deadline.toNanos();
    boolean clean = true;
    for (Step step = next(); step != null; step = next()) {
      clean &= stop(step, end - System.nanoTime());
    }
    state.set(State.STOPPED);
    return clean;
  }

  private Step next() {
    synchronized (steps) {
      return steps.poll();
    }
  }

  private static boolean stop(Step step, long nanosLeft) {
    try {
      step.stop()
          .get()
          .toCompletionStage()
          .toCompletableFuture()
          .get(Math.max(nanosLeft, TimeUnit.MILLISECONDS.toNanos(500)), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (Exception e) {
      log.warn("stop failed step={} error={}", step.name(), e.toString());
      return false;
    }
  }
}
