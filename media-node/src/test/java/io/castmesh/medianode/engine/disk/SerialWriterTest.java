package io.castmesh.medianode.engine.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a recording may expect of the threads that write it. */
class SerialWriterTest {
  @Test
  void whoFindsNoThreadIsToldAndIsWrittenAgainWhenThereIsOne() throws Exception {
    // given: one thread, which another file keeps busy
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
    Object busy = new Object();
    List<Integer> written = new ArrayList<>();
    SerialWriter writer = new SerialWriter(pool, () -> {});
    try {
      synchronized (busy) {
        pool.execute(
            () -> {
              synchronized (busy) {
                written.add(0);
              }
            });

        // when, then
        assertThat(writer.offer(10, () -> written.add(1))).isFalse();
        assertThatThrownBy(() -> writer.execute(() -> written.add(2)))
            .isInstanceOf(RejectedExecutionException.class);
      }
      while (!writer.offer(10, () -> written.add(3))) {
        Thread.onSpinWait(); // until the thread is free
      }
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(written).containsExactly(0, 3);
  }
}
