package io.castmesh.media.kurento;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.kurento.client.Continuation;
import org.kurento.client.KurentoObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits, on worker threads, for what kurento-client answers asynchronously. Its blocking build
 * holds a lock of the whole client while it waits for the reply; an event that needs that lock may
 * stand before the reply, and then neither goes on. Its blocking calls all have the one deadline of
 * the client. Its asynchronous ones hold nothing, and we wait as long as we want.
 */
public final class Built {
  private static final Logger log = LoggerFactory.getLogger(Built.class);

  private Built() {}

  private static final Continuation<Void> NOTHING =
      new Continuation<>() {
        @Override
        public void onSuccess(Void nothing) {}

        @Override
        public void onError(Throwable cause) {
          log.debug("an object that came too late was not released", cause);
        }
      };

  /**
   * Waits for an object that is built; what comes after the deadline is released.
   *
   * @param build such as the {@code buildAsync} of a builder
   */
  public static <T extends KurentoObject> T within(
      Duration deadline, Consumer<Continuation<T>> build) {
    return await(deadline, build, late -> late.release(NOTHING));
  }

  /** Waits for a call that leaves nothing behind when its answer comes too late. */
  public static <T> T answered(Duration deadline, Consumer<Continuation<T>> call) {
    return await(deadline, call, late -> {});
  }

  private static <T> T await(Duration deadline, Consumer<Continuation<T>> call, Consumer<T> undo) {
    CompletableFuture<T> result = new CompletableFuture<>();
    call.accept(
        new Continuation<>() {
          @Override
          public void onSuccess(T answer) {
            if (!result.complete(answer)) {
              undo.accept(answer);
            }
          }

          @Override
          public void onError(Throwable cause) {
            result.completeExceptionally(cause);
          }
        });
    try {
      return result.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException refused) {
      throw refused.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(refused.getCause());
    } catch (TimeoutException | InterruptedException late) {
      if (late instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      if (!result.completeExceptionally(late)) {
        result.thenAccept(undo);
      }
      throw new IllegalStateException("no answer in time", late);
    }
  }
}
