package io.castmesh.medianode.engine;

import java.util.concurrent.CompletionStage;

/**
 * Plays a file to those connected, as it is: without transcoding, at its own pace, audio and video
 * together. Every operation may be called at any time; playing begins anew after a stop or the end.
 */
public interface MediaPlayer extends MediaElement {
  /** Starts, goes on after a pause, or does nothing when it plays already. */
  CompletionStage<Void> play();

  /** Stands still. On a stopped player it opens the file, so that one can seek and then play. */
  CompletionStage<Void> pause();

  /** Goes back to the beginning and closes the file. */
  CompletionStage<Void> stop();

  /**
   * Goes on at the last keyframe at or before this place.
   *
   * @return whether that was possible: not while it is stopped, and not without an index
   */
  CompletionStage<Boolean> seek(long millis);

  /** Where it is, in milliseconds; 0 while it is stopped. */
  CompletionStage<Long> position();

  /** Once the file is open, or could not be opened. */
  CompletionStage<Info> info();

  /**
   * What is played.
   *
   * @param durationMillis 0 while it is stopped
   */
  record Info(boolean seekable, long durationMillis) {
    public static final Info NONE = new Info(false, 0);
  }

  enum State {
    STOPPED,
    PLAYING,
    PAUSED
  }

  /** Why a file cannot be played. */
  enum Failure {
    /** It is not there, may not be read, or stands outside the permitted folders. */
    UNREADABLE,
    /** It holds nothing that we know. */
    UNKNOWN_MEDIA
  }

  /** Called on the engine's loop; must not block. */
  interface Listener {
    default void onState(State state) {}

    /** Everything was sent; the player is stopped. */
    default void onEnd() {}

    /** Frames of this kind are sent, or stopped being sent. */
    default void onFlow(MediaKind kind, boolean flowing) {}

    default void onError(Failure failure, String description) {}
  }
}
