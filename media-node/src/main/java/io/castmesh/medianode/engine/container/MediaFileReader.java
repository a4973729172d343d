package io.castmesh.medianode.engine.container;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads a file frame by frame, in the order of their times. Belongs to one thread, which it may
 * block.
 */
public interface MediaFileReader extends Closeable {
  /** The first video track; empty when there is none that can be passed on. */
  Optional<VideoFormat> video();

  boolean hasAudio();

  /** 0 for an empty file. */
  long durationMillis();

  /**
   * Goes to the last keyframe at or before this time, or to the first one.
   *
   * @return the time that reading goes on at
   */
  long seek(long timeMillis) throws IOException;

  /** The next frame; null at the end, which for a file that was cut off is where it was cut. */
  MediaFrame next() throws IOException;
}
