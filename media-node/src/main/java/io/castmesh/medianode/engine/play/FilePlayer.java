package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.disk.WriterPool;
import io.castmesh.medianode.engine.loop.MediaLoop;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A player: any thread may call it; {@link Playback} does the work on the loop. */
public final class FilePlayer implements MediaPlayer, TrackElement {
  private static final Logger log = LoggerFactory.getLogger(FilePlayer.class);

  private final String id;
  private final Shard shard;
  private final Listener listener;
  private final Consumer<FilePlayer> onReleased;
  private final Playback playback;

  // Owned by the loop.

  /** Read anywhere: who connects asks for the source. */
  private volatile boolean released;

  /**
   * @param permitted folders that may be played from
   */
  public FilePlayer(
      String id,
      Path path,
      List<Path> permitted,
      Shard shard,
      WriterPool files,
      WallClock wallClock,
      Listener listener,
      Consumer<FilePlayer> onReleased) {
    this.id = id;
    this.shard = shard;
    this.listener = listener;
    this.onReleased = onReleased;
    this.playback =
        new Playback(
            events -> new ReadAhead(path, permitted, files.serial(), shard.loop(), events),
            wallClock,
            this::tell);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public CompletionStage<Void> play() {
    return onLoop(() -> done(playback::play));
  }

  @Override
  public CompletionStage<Void> pause() {
    return onLoop(() -> done(() -> playback.pause(MediaLoop.now())));
  }

  @Override
  public CompletionStage<Void> stop() {
    return onLoop(() -> done(playback::stop));
  }

  @Override
  public CompletionStage<Boolean> seek(long millis) {
    return onLoop(() -> playback.whenOpen(() -> playback.seek(millis)));
  }

  @Override
  public CompletionStage<Long> position() {
    return onLoop(() -> CompletableFuture.completedFuture(playback.position(MediaLoop.now())));
  }

  @Override
  public CompletionStage<Info> info() {
    return onLoop(() -> playback.whenOpen(playback::info));
  }

  private CompletableFuture<Void> done(Runnable work) {
    if (!released) {
      work.run();
    }
    return CompletableFuture.completedFuture(null);
  }

  /** On the loop, often. */
  public void tick(long now) {
    playback.tick(now);
  }

  @Override
  public Shard shard() {
    return shard;
  }

  @Override
  public Optional<TrackSource> source(MediaKind kind) {
    return released ? Optional.empty() : Optional.of(playback.track(kind));
  }

  /** A player takes nothing in. */
  @Override
  public Optional<TrackSink> sink(MediaKind kind) {
    return Optional.empty();
  }

  @Override
  public CompletionStage<ElementStats> stats() {
    return CompletableFuture.completedFuture(
        new ElementStats(System.currentTimeMillis(), List.of(), List.of()));
  }

  @Override
  public CompletionStage<Void> release() {
    return onLoop(
        () -> {
          if (!released) {
            released = true;
            playback.close();
            onReleased.accept(this);
          }
          return CompletableFuture.completedFuture(null);
        });
  }

  private void tell(Consumer<Listener> message) {
    if (released) {
      return;
    }
    try {
      message.accept(listener);
    } catch (RuntimeException e) {
      log.warn("the listener of player {} failed", id, e);
    }
  }

  private <T> CompletionStage<T> onLoop(Supplier<CompletableFuture<T>> work) {
    return shard.loop().submit(work).thenCompose(result -> result);
  }

  private void post(Runnable work) {
    try {
      shard.loop().execute(work);
    } catch (RejectedExecutionException shuttingDown) {
      log.debug("player {}: the engine is closed", id);
    }
  }
}
