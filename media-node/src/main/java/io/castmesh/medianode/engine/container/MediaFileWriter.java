package io.castmesh.medianode.engine.container;

import java.io.Closeable;
import java.io.IOException;

/**
 * Writes one file so that whatever is there can be played whenever the process dies. Belongs to one
 * thread; every method may fail with {@link IOException} when the disk is full or gone.
 */
public interface MediaFileWriter extends Closeable {
  /** What a crash may cost, in milliseconds. */
  long MAX_UNWRITTEN_MILLIS = 1000;

  /**
   * Adds a frame; those of one track come in the order of their times. The first video frame must
   * be a keyframe that tells its format, others are left out until one does.
   */
  void write(MediaFrame frame) throws IOException;

  /** Writes what has gathered. */
  void flush() throws IOException;

  /** Writes the rest and the index, forces everything to the disk and closes the file. */
  void finish() throws IOException;

  /** Length of what was written so far. */
  long durationMillis();
}
