package io.castmesh.medianode.engine.track;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an element is at home: its shard, whom it tells, and whether it is still there. Brings what
 * any thread asks of the element to its loop.
 *
 * @param <L> the listener of such an element
 */
public final class ElementHome<L> {
  private static final Logger log = LoggerFactory.getLogger(ElementHome.class);

  private final String name;
  private final Shard shard;
  private final L listener;

  /** Written on the loop; read anywhere: who connects asks for the source. */
  private volatile boolean released;

  /**
   * @param name of the element, for the log: what it is, and its id
   */
  public ElementHome(String name, Shard shard, L listener) {
    this.name = name;
    this.shard = shard;
    this.listener = listener;
  }

  public Shard shard() {
    return shard;
  }

  /** Any thread. */
  public boolean isReleased() {
    return released;
  }

  /** Runs work on the loop, soon. Any thread; fails at once when the engine is closed. */
  public <T> CompletableFuture<T> submit(Supplier<T> work) {
    return shard.loop().submit(work);
  }

  /** The same for work that ends later. */
  public <T> CompletableFuture<T> compose(Supplier<CompletableFuture<T>> work) {
    return submit(work).thenCompose(result -> result);
  }

  /** The same for work that nobody waits for. */
  public void post(Runnable work) {
    try {
      shard.loop().execute(work);
    } catch (RejectedExecutionException shuttingDown) {
      log.debug("{}: the engine is closed", name);
    }
  }

  /** Lets everything go, the first time that it is called. On the loop. */
  public void release(Runnable work) {
    if (!released) {
      work.run();
      released = true;
    }
  }

  /**
   * Tells the listener, unless the element is released; what it throws is its own fault and hurts
   * nobody else. On the loop.
   */
  public void tell(Consumer<L> message) {
    if (!released) {
      tellStill(message);
    }
  }

  /** The same after the release too: for what ends later. */
  public void tellStill(Consumer<L> message) {
    try {
      message.accept(listener);
    } catch (RuntimeException e) {
      log.warn("the listener of {} failed", name, e);
    }
  }
}
