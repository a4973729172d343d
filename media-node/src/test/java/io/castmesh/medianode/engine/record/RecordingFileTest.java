package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.disk.SerialWriter;
import io.castmesh.medianode.engine.disk.WriterPool;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecordingFileTest {
  private static MediaFrame audio(long millis, int bytes) {
    return new MediaFrame(MediaCodec.OPUS, millis, true, new byte[bytes]);
  }

  @Test
  void aFullDiskIsReportedOnceAndTheRestIsIgnored() throws Exception {
    // given: a device that is always full
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    List<Exception> failures = new ArrayList<>();
    CompletableFuture<Void> finished;
    try (WriterPool pool = new WriterPool()) {
      RecordingFile file =
          new RecordingFile(full, MediaRecorder.Format.WEBM, pool.serial(), failures::add);
      file.open().get(60, TimeUnit.SECONDS);

      // when
      for (int t = 0; t < 5000; t += 20) {
        file.add(audio(t, 100));
      }
      finished = file.finish();
      finished.get(60, TimeUnit.SECONDS);
    }

    // then
    assertThat(failures).hasSize(1);
    assertThat(failures.get(0)).hasMessageContaining("No space left");
  }

  @Test
  void aDiskThatStandsStillCostsFramesAndNoMoreMemoryThanTheBound() {
    // given: threads that never come
    Queue<Runnable> never = new ArrayDeque<>();
    AtomicInteger refused = new AtomicInteger();
    SerialWriter writer = new SerialWriter(never::add, refused::incrementAndGet);
    RecordingFile file =
        new RecordingFile(Path.of("unused"), MediaRecorder.Format.WEBM, writer, e -> {});

    // when
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
      taken += file.add(audio(i, 100_000)) ? 1 : 0;
    }

    // then
    assertThat(taken).isEqualTo((int) (SerialWriter.MAX_QUEUED_BYTES / 100_000));
    assertThat(refused).hasValue(1000 - taken);
    assertThat(never).hasSize(1);
  }
}
