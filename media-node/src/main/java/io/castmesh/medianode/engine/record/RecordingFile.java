package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.webm.WebmWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The file of one recording. Its methods may be called on the loop and return at once; the work is
 * done by the {@link SerialWriter}. After a failure everything is ignored.
 */
final class RecordingFile {
  private final Path path;
  private final SerialWriter writer;
  private final Consumer<IOException> onFailure;

  // Owned by the writer's task.
  private final Interleaver interleaver = new Interleaver();
  private WebmWriter webm;
  private boolean failed;

  /**
   * @param onFailure told once, on the writer's thread
   */
  RecordingFile(Path path, SerialWriter writer, Consumer<IOException> onFailure) {
    this.path = path;
    this.writer = writer;
    this.onFailure = onFailure;
  }

  /** Makes the folder and the empty file; the future fails when that is not possible. */
  CompletableFuture<Void> open() {
    CompletableFuture<Void> opened = new CompletableFuture<>();
    writer.execute(
        () -> {
          try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
              Files.createDirectories(folder);
            }
            webm = new WebmWriter(path);
            opened.complete(null);
          } catch (IOException e) {
            fail(e);
            opened.completeExceptionally(e);
          }
        });
    return opened;
  }

  /** Returns false when the disk does not keep up and the frame was dropped. */
  boolean add(MediaFrame frame) {
    return writer.offer(
        frame.data().length,
        () ->
            guarded(
                () -> {
                  interleaver.add(frame);
                  for (MediaFrame f = interleaver.poll(); f != null; f = interleaver.poll()) {
                    write(f);
                  }
                }));
  }

  private void write(MediaFrame frame) throws IOException {
    if (frame.kind() == MediaKind.AUDIO) {
      webm.audio(frame.timeMillis(), frame.data(), frame.data().length);
    } else {
      webm.video(frame.timeMillis(), frame.keyFrame(), frame.data(), frame.data().length);
    }
  }

  /** Writes what waits: nothing came for a while. */
  void flush() {
    writer.execute(
        () ->
            guarded(
                () -> {
                  drain();
                  webm.flush();
                }));
  }

  private void drain() throws IOException {
    for (MediaFrame f = interleaver.drain(); f != null; f = interleaver.drain()) {
      write(f);
    }
  }

  /** Completes when the file is whole and on the disk, or when it failed. */
  CompletableFuture<Void> finish() {
    CompletableFuture<Void> finished = new CompletableFuture<>();
    writer.execute(
        () -> {
          guarded(
              () -> {
                drain();
                webm.finish();
                webm = null;
              });
          finished.complete(null);
        });
    return finished;
  }

  private interface Work {
    void run() throws IOException;
  }

  private void guarded(Work work) {
    if (failed || webm == null) {
      return;
    }
    try {
      work.run();
    } catch (IOException e) {
      fail(e);
    }
  }

  private void fail(IOException e) {
    failed = true;
    if (webm != null) {
      try {
        webm.close();
      } catch (IOException alreadyBroken) {
        e.addSuppressed(alreadyBroken);
      }
    }
    onFailure.accept(e);
  }
}
