package io.castmesh.medianode.kurento.object;

import io.castmesh.medianode.engine.MediaEngine;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What objects find around them. Everything is called on the protocol server's event loop.
 *
 * @param loop the event loop that all objects are confined to
 * @param operationTimeoutMillis how long the engine may take for one operation
 */
public record ObjectHost(
    ObjectStore objects, MediaEngine engine, Context loop, long operationTimeoutMillis) {

  /** Brings what the engine completes later to the event loop, and bounds how long that takes. */
  public <V> Future<V> await(Supplier<CompletionStage<V>> operation) {
    try {
      return Future.fromCompletionStage(operation.get(), loop)
          .timeout(operationTimeoutMillis, TimeUnit.MILLISECONDS)
          .recover(cause -> Future.failedFuture(unwrapped(cause)));
    } catch (RuntimeException refused) {
      return Future.failedFuture(refused);
    }
  }

  /** A stage behind another one fails with the cause of that in a wrapping of its own. */
  private static Throwable unwrapped(Throwable cause) {
    return cause instanceof CompletionException && cause.getCause() != null
        ? cause.getCause()
        : cause;
  }

  /** Runs what the engine reports on the event loop, unless the object is gone by then. */
  public void report(MediaObject object, Runnable event) {
    loop.runOnContext(
        ignored -> {
          if (objects.isAlive(object)) {
            event.run();
          }
        });
  }
}
