package io.castmesh.testing;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits with a deadline, and says what is still missing when it has passed. */
public final class Eventually {
  private Eventually() {}

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long PAUSE_MILLIS = 25;

  /** Something that throws until it is true: usually assertions. */
  @FunctionalInterface
  public interface Attempt {
    void run() throws Exception;
  }

  /**
   * Tries until it passes.
   *
   * @param expectation completes "still missing: …"
   */
  public static void eventually(String expectation, Duration within, Attempt attempt) {
    long end = System.nanoTime() + within.toNanos();
    while (true) {
      try {
        attempt.run();
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for: " + expectation, e);
      } catch (Exception | AssertionError e) {
        if (System.nanoTime() > end) {
          throw new AssertionError(
              "still missing after " + within.toMillis() + " ms: " + expectation, e);
        }
      }
      pause(expectation);
    }
  }

  public static void eventually(String expectation, Attempt attempt) {
    eventually(expectation, DEADLINE, attempt);
  }

  /** The result of a future; its own failure when it fails, never wrapped. */
  public static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new AssertionError("failed", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("no result after " + DEADLINE.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static void pause(String expectation) {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for: " + expectation, e);
    }
  }
}
