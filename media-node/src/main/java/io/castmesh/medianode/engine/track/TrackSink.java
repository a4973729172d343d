package io.castmesh.medianode.engine.track;

/** Where packets of one kind go. Owned by the engine's loop. */
public interface TrackSink {
  /** Null when nothing is connected. */
  TrackSource source();

  /**
   * Connected to a source, disconnected (null), or told that its source starts anew: sequence
   * numbers and timestamps of the next packet have nothing to do with those before.
   */
  void onSource(TrackSource source);

  /**
   * @param packet valid during the call
   * @param now the loop's time in nanoseconds
   */
  void onPacket(MediaPacket packet, long now);

  /**
   * Whether it gets the packets of all layers of a source and chooses itself. Others get one layer,
   * the best that flows, and {@link #onSource} when that is another one.
   */
  default boolean takesLayers() {
    return false;
  }
}
