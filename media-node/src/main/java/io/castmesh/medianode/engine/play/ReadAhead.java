package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.container.MediaFileReader;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;
import io.castmesh.medianode.engine.disk.SerialWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one file on the threads for files, one bounded batch at a time, and hands what it found to
 * the loop. Its methods are called on the loop and return at once.
 */
final class ReadAhead {
  private static final Logger log = LoggerFactory.getLogger(ReadAhead.class);

  /** About a second of a good picture. */
  private static final int BATCH_FRAMES = 100;

  private static final int BATCH_BYTES = 1 << 20;

  /**
   * What the file has.
   *
   * @param video null for none
   */
  record Opened(VideoFormat video, boolean audio, long durationMillis) {}

  /** Called on the loop. */
  interface Events {
    void onOpened(Opened opened);

    void onFailed(MediaPlayer.Failure failure, String description);

    /** Frames that follow those before; at the end of the file for the last time. */
    void onFrames(List<MediaFrame> frames, boolean end);

    /** The next frames begin at this time. */
    void onSought(long timeMillis);
  }

  private final Path path;
  private final List<Path> permitted;
  private final SerialWriter tasks;
  private final Executor loop;
  private final Events events;

  // Owned by the loop.
  private int generation;
  private boolean closed;

  // Owned by the tasks.
  private MediaFileReader reader;

  ReadAhead(Path path, List<Path> permitted, SerialWriter tasks, Executor loop, Events events) {
    this.path = path;
    this.permitted = permitted;
    this.tasks = tasks;
    this.loop = loop;
    this.events = events;
  }

  void open() {
    tasks.execute(
        () -> {
          MediaPlayer.Failure failure = MediaPlayer.Failure.UNREADABLE;
          try {
            checkPermission();
            failure = MediaPlayer.Failure.UNKNOWN_MEDIA;
            reader = MediaFiles.open(path);
            Optional<VideoFormat> video = reader.video();
            if (video.isEmpty() && !reader.hasAudio()) {
              throw new IOException("no track that can be passed on");
            }
            Opened opened =
                new Opened(video.orElse(null), reader.hasAudio(), reader.durationMillis());
            tell(() -> events.onOpened(opened));
          } catch (IOException | RuntimeException e) {
            MediaPlayer.Failure reason = failure;
            log.info("{} cannot be played: {}", path, e.toString());
            tell(() -> events.onFailed(reason, path + ": " + e));
          }
        });
  }

  /** Links are followed first: none leads out of the permitted folders. */
  private void checkPermission() throws IOException {
    Path real = path.toRealPath();
    for (Path folder : permitted) {
      if (Files.isDirectory(folder) && real.startsWith(folder.toRealPath())) {
        if (Files.isRegularFile(real) && Files.isReadable(real)) {
          return;
        }
        throw new IOException("not a file that can be read");
      }
    }
    throw new IOException("not in a folder that may be played from");
  }

  /** Asks for more; {@link Events#onFrames} answers. */
  void read() {
    int asked = generation;
    tasks.execute(
        () -> {
          List<MediaFrame> frames = new ArrayList<>();
          boolean end = reader == null;
          long bytes = 0;
          try {
            while (!end && frames.size() < BATCH_FRAMES && bytes < BATCH_BYTES) {
              MediaFrame frame = reader.next();
              end = frame == null;
              if (!end) {
                frames.add(frame);
                bytes += frame.data().length;
              }
            }
          } catch (IOException | RuntimeException e) {
            log.warn("{} cannot be read on: {}", path, e.toString());
            end = true;
          }
          boolean last = end;
          tell(
              () -> {
                if (asked == generation) {
                  events.onFrames(frames, last);
                }
              });
        });
  }

  /** Goes elsewhere; what was asked for before is not delivered any more. */
  void seek(long millis) {
    int asked = ++generation;
    tasks.execute(
        () -> {
          if (reader == null) {
            return;
          }
          try {
            long at = reader.seek(millis);
            tell(
                () -> {
                  if (asked == generation) {
                    events.onSought(at);
                  }
                });
          } catch (IOException | RuntimeException e) {
            tell(() -> events.onFailed(MediaPlayer.Failure.UNKNOWN_MEDIA, path + ": " + e));
          }
        });
  }

  void close() {
    closed = true;
    generation++;
    tasks.execute(
        () -> {
          try {
            if (reader != null) {
              reader.close();
              reader = null;
            }
          } catch (IOException e) {
            log.debug("{} cannot be closed: {}", path, e.toString());
          }
        });
  }

  private void tell(Runnable event) {
    try {
      loop.execute(
          () -> {
            if (!closed) {
              event.run();
            }
          });
    } catch (RejectedExecutionException shuttingDown) {
      log.debug("{}: the engine is closed", path);
    }
  }
}
