package io.castmesh.medianode.engine;

import java.util.concurrent.CompletionStage;

/** Writes the media that flows into it to a WebM file, without transcoding (VP8, Opus). */
public interface MediaRecorder extends MediaElement {

  /**
   * Starts or goes on. Writing begins with the first keyframe, or the first audio without video.
   */
  CompletionStage<Void> record();

  CompletionStage<Void> pause();

  /** Finishes the file: when this completes, it has its duration and index and is on disk. */
  CompletionStage<Void> stop();

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
  }
}
