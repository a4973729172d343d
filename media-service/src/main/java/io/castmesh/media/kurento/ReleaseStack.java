package io.castmesh.media.kurento;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been made and must be released again, whether the rest of the way fails or everything
 * ends well. Released in reverse, once; what is added after that is released at once. Confined to
 * one event loop.
 */
public final class ReleaseStack {
  private static final Logger log = LoggerFactory.getLogger(ReleaseStack.class);

  private record Step(String name, Supplier<Future<Void>> release) {}

  private final Deque<Step> steps = new ArrayDeque<>();
  private Future<Void> released;

  /** To be called as soon as something is there that must be released. */
  public void onRelease(String name, Supplier<Future<Void>> release) {
    Step step = new Step(name, release);
    if (released == null) {
      steps.push(step);
    } else {
      released = released.compose(before -> run(step));
    }
  }

  /** Releases everything; never fails: what cannot be released is logged and left to the sweep. */
  public Future<Void> release() {
    if (released == null) {
      released = Future.succeededFuture();
      while (!steps.isEmpty()) {
        Step step = steps.pop();
        released = released.compose(before -> run(step));
      }
    }
    return released;
  }

  private static Future<Void> run(Step step) {
    Future<Void> done;
    try {
      done = step.release().get();
    } catch (RuntimeException failure) {
      done = Future.failedFuture(failure);
    }
    return done.otherwise(
        error -> {
          log.warn("not released step={} error={}", step.name(), error.toString());
          return null;
        });
  }
}
