package io.castmesh.medianode.engine;

import java.util.concurrent.CompletionStage;

/**
 * Writes the media that flows into it to a file, without transcoding. A track keeps the codec that
 * it begins with: what comes in another one is left out, with a warning.
 */
public interface MediaRecorder extends MediaElement {

  /**
   * Starts or goes on. Writing begins with the first keyframe, or the first audio without video.
   * Fails with an {@link java.io.IOException} when the file cannot be made, which may be tried
   * again, and with an {@link IllegalStateException} once it is finished.
   */
  CompletionStage<Void> record();

  CompletionStage<Void> pause();

  /** Finishes the file: when this completes, it has its duration and index and is on disk. */
  CompletionStage<Void> stop();

  /** What the file is. */
  enum Format {
    /** VP8, VP9, AV1 and Opus; with H.264 the file is Matroska. */
    WEBM,
    /** Fragmented MP4: H.264, VP9, AV1 and Opus. */
    MP4
  }

  enum State {
    STOPPED,
    RECORDING,
    PAUSED
  }

  /** Called on the engine's loop or the writer's thread; must not block. */
  interface Listener {
    default void onState(State state) {}

    /** The disk is full, the folder cannot be written, and so on. The recorder is stopped. */
    default void onError(String description) {}

    /** Something is not recorded: an unfit codec, a slow disk. The rest goes on. */
    default void onWarning(String description) {}
  }
}
