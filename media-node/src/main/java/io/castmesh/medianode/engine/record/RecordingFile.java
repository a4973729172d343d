package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFileWriter;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.disk.SerialWriter;
import io.castmesh.medianode.engine.mp4.Mp4Codecs;
import io.castmesh.medianode.engine.mp4.Mp4Writer;
import io.castmesh.medianode.engine.webm.WebmCodecs;
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
  private final MediaRecorder.Format format;
  private final SerialWriter writer;
  private final Consumer<Exception> onFailure;

  // Owned by the writer's task.
  private final Interleaver interleaver = new Interleaver();
  private MediaFileWriter media;
  private final ContinuousSound sound = new ContinuousSound(frame -> media.write(frame));
  private boolean failed;

  /**
   * @param onFailure told once, on the writer's thread
   */
  RecordingFile(
      Path path, MediaRecorder.Format format, SerialWriter writer, Consumer<Exception> onFailure) {
    this.path = path;
    this.format = format;
    this.writer = writer;
    this.onFailure = onFailure;
  }

  /** Whether a file of this format can take frames of this codec. */
  boolean holds(MediaCodec codec) {
    return switch (format) {
      case WEBM -> WebmCodecs.holds(codec);
      case MP4 -> Mp4Codecs.holds(codec);
    };
  }

  String formatName() {
    return format.name();
  }

  private MediaFileWriter create() throws IOException {
    return switch (format) {
      case WEBM -> new WebmWriter(path);
      case MP4 -> new Mp4Writer(path);
    };
  }

  /**
   * Makes the folder and the empty file. The future fails when that is not possible; it may be
   * tried again, and what is added meanwhile is dropped.
   */
  CompletableFuture<Void> open() {
    CompletableFuture<Void> opened = new CompletableFuture<>();
    writer.execute(
        () -> {
          try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
              Files.createDirectories(folder);
            }
            media = create();
            opened.complete(null);
          } catch (IOException | RuntimeException | Error e) {
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
                    sound.add(f);
                  }
                }));
  }

  /** Whether the disk has written at least half of what may wait for it. */
  boolean hasCaughtUp() {
    return writer.queuedBytes() <= SerialWriter.MAX_QUEUED_BYTES / 2;
  }

  /** Writes what waits: nothing came for a while. */
  void flush() {
    writer.execute(
        () ->
            guarded(
                () -> {
                  drain();
                  media.flush();
                }));
  }

  private void drain() throws IOException {
    for (MediaFrame f = interleaver.drain(); f != null; f = interleaver.drain()) {
      sound.add(f);
    }
  }

  /** Completes when the file is whole and on the disk, or when it failed. */
  CompletableFuture<Void> finish() {
    CompletableFuture<Void> finished = new CompletableFuture<>();
    writer.execute(
        () -> {
          try {
            guarded(
                () -> {
                  drain();
                  media.finish();
                  media = null;
                });
          } finally {
            finished.complete(null);
          }
        });
    return finished;
  }

  private interface Work {
    void run() throws IOException;
  }

  private void guarded(Work work) {
    if (failed || media == null) {
      return;
    }
    try {
      work.run();
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  private void fail(Exception e) {
    failed = true;
    if (media != null) {
      try {
        media.close();
      } catch (IOException alreadyBroken) {
        e.addSuppressed(alreadyBroken);
      }
    }
    onFailure.accept(e);
  }
}
