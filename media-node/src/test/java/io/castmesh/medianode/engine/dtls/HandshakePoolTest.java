package io.castmesh.medianode.engine.dtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HandshakePoolTest {
  /** What peers say; a handshake ends with the first word. */
  private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

  private void handshake() {
    try {
      HandshakePool.poll(words, 60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void fiveHundredAndTwelveMayWaitAndTheNextOneComesWhenOneOfThemEnds() throws Exception {
    try (HandshakePool pool = new HandshakePool()) {
      // given
      for (int i = 0; i < 512; i++) {
        pool.execute(this::handshake);
      }
      assertThatThrownBy(() -> pool.execute(this::handshake))
          .isInstanceOf(RejectedExecutionException.class);

      // when
      words.add("hello");

      // then
      CompletableFuture<Void> next = new CompletableFuture<>();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!begins(pool, () -> next.complete(null))) {
        assertThat(System.nanoTime()).as("waiting for a thread").isLessThan(deadline);
        Thread.sleep(5);
      }
      next.get(60, TimeUnit.SECONDS);
    }
  }

  private static boolean begins(HandshakePool pool, Runnable work) {
    try {
      pool.execute(work);
      return true;
    } catch (RejectedExecutionException full) {
      return false;
    }
  }
}
