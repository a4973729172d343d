package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.disk.WriterPool;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.track.ElementHome;
import io.castmesh.medianode.engine.track.Shard;
import io.castmesh.medianode.engine.track.TrackElement;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import io.castmesh.medianode.engine.track.WallClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A recorder: any thread may call it; {@link Recording} does the work on the loop. One recorder
 * makes one file.
 */
public final class FileRecorder implements MediaRecorder, TrackElement {
  private static final Logger log = LoggerFactory.getLogger(FileRecorder.class);

  private final String id;
  private final ElementHome<Listener> home;
  private final Consumer<FileRecorder> onReleased;
  private final Path path;
  private final RecordingFile file;
  private final Recording recording;

  // Owned by the loop.
  private State state = State.STOPPED;
  private CompletableFuture<Void> opened;
  private CompletableFuture<Void> finished;

  public FileRecorder(
      String id,
      Path path,
      Format format,
      Shard shard,
      WriterPool writers,
      WallClock wallClock,
      Listener listener,
      Consumer<FileRecorder> onReleased) {
    this.id = id;
    this.home = new ElementHome<>("recorder " + id, shard, listener);
    this.onReleased = onReleased;
    this.path = path;
    this.file = new RecordingFile(path, format, writers.serial(), this::onFailure);
    this.recording = new Recording(file, wallClock, this::warn);
  }

  private static String describe(Throwable e) {
    String name = e.getClass().getSimpleName();
    return e.getMessage() == null ? name : name + ": " + e.getMessage();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public CompletionStage<Void> record() {
    return home.compose(
        () -> {
          if (home.isReleased() || finished != null) {
            return CompletableFuture.failedFuture(
                new IllegalStateException("this recording is finished"));
          }
          if (opened == null) {
            opened = file.open().whenCompleteAsync(this::onOpened, home.shard().loop());
          }
          if (state != State.RECORDING) {
            recording.resume(MediaLoop.now());
            enter(State.RECORDING);
          }
          return opened;
        });
  }

  @Override
  public CompletionStage<Void> pause() {
    return home.compose(
        () -> {
          if (state == State.RECORDING) {
            recording.pause();
            enter(State.PAUSED);
          }
          return CompletableFuture.completedFuture(null);
        });
  }

  @Override
  public CompletionStage<Void> stop() {
    return home.compose(this::finish);
  }

  private CompletableFuture<Void> finish() {
    if (finished == null && opened != null) {
      recording.stop();
      CompletableFuture<Void> done = new CompletableFuture<>();
      finished = done;
      file.finish()
          .thenRunAsync(
              () -> {
                enter(State.STOPPED);
                done.complete(null);
              },
              home.shard().loop())
          .exceptionally(
              loopClosed -> {
                done.complete(null);
                return null;
              });
    }
    return finished == null ? CompletableFuture.completedFuture(null) : finished;
  }

  private void enter(State newState) {
    if (state != newState) {
      state = newState;
      home.tellStill(l -> l.onState(newState));
    }
  }

  /** On the loop. */
  private void warn(String description) {
    log.warn("recorder {}: {}", id, description);
    home.tell(l -> l.onWarning(description));
  }

  /** On the loop. Nothing was written: what is in the way may be gone at the next try. */
  private void onOpened(Void ignored, Throwable failure) {
    if (failure != null) {
      opened = null;
      recording.discard();
      stopped(failure);
    }
  }

  /** On the writer's thread. */
  private void onFailure(Exception failure) {
    home.post(
        () -> {
          finished = CompletableFuture.completedFuture(null);
          recording.stop();
          stopped(failure);
        });
  }

  private void stopped(Throwable failure) {
    String description = path + ": " + describe(failure);
    log.warn("recorder {}: {}", id, description);
    enter(State.STOPPED);
    home.tellStill(l -> l.onError(description));
  }

  /** A recorder passes nothing on. */
  @Override
  public void connect(MediaElement sink, MediaKind kind) {
    throw new IllegalArgumentException("a recorder has no media to give");
  }

  @Override
  public void disconnect(MediaElement sink, MediaKind kind) {
    // Nothing is ever connected.
  }

  @Override
  public Shard shard() {
    return home.shard();
  }

  @Override
  public Optional<TrackSource> source(MediaKind kind) {
    return Optional.empty();
  }

  @Override
  public Optional<TrackSink> sink(MediaKind kind) {
    return home.isReleased() ? Optional.empty() : Optional.of(recording.sink(kind));
  }

  @Override
  public CompletionStage<ElementStats> stats() {
    return CompletableFuture.completedFuture(
        new ElementStats(System.currentTimeMillis(), List.of(), List.of()));
  }

  @Override
  public CompletionStage<Void> release() {
    return home.compose(
        () -> {
          CompletableFuture<Void> done = finish();
          home.release(
              () -> {
                for (MediaKind kind : MediaKind.values()) {
                  TrackSink sink = recording.sink(kind);
                  if (sink.source() != null) {
                    sink.source().remove(sink);
                  }
                }
                onReleased.accept(this);
              });
          return done;
        });
  }

  /** On the loop, often. */
  public void tick(long now) {
    if (state == State.RECORDING) {
      recording.tick(now);
    }
  }
}
