package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
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

/** A player: any thread may call it; {@link Playback} does the work on the loop. */
public final class FilePlayer implements MediaPlayer, TrackElement {
  private final String id;
  private final ElementHome<Listener> home;
  private final Consumer<FilePlayer> onReleased;
  private final Playback playback;

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
    this.home = new ElementHome<>("player " + id, shard, listener);
    this.onReleased = onReleased;
    this.playback =
        new Playback(
            events -> new ReadAhead(path, permitted, files.serial(), shard.loop(), events),
            wallClock,
            home::tell);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public CompletionStage<Void> play() {
    return home.compose(() -> done(playback::play));
  }

  @Override
  public CompletionStage<Void> pause() {
    return home.compose(() -> done(() -> playback.pause(MediaLoop.now())));
  }

  @Override
  public CompletionStage<Void> stop() {
    return home.compose(() -> done(playback::stop));
  }

  @Override
  public CompletionStage<Boolean> seek(long millis) {
    return home.compose(() -> playback.whenOpen(() -> playback.seek(millis)));
  }

  @Override
  public CompletionStage<Long> position() {
    return home.compose(
        () -> CompletableFuture.completedFuture(playback.position(MediaLoop.now())));
  }

  @Override
  public CompletionStage<Info> info() {
    return home.compose(() -> playback.whenOpen(playback::info));
  }

  private CompletableFuture<Void> done(Runnable work) {
    if (!home.isReleased()) {
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
    return home.shard();
  }

  @Override
  public Optional<TrackSource> source(MediaKind kind) {
    return home.isReleased() ? Optional.empty() : Optional.of(playback.track(kind));
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
    return home.submit(
        () -> {
          home.release(
              () -> {
                playback.close();
                onReleased.accept(this);
              });
          return null;
        });
  }
}
