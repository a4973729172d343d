package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;
import java.util.Arrays;

/**
 * The recording's own time: from its first frame, without the pauses, rising from picture to
 * picture. Owned by the loop.
 */
final class RecordingClock {
  /** Between the last frame before a pause and the first one after it. */
  private static final long SEAM_MILLIS = 33;

  private boolean started;
  private long originMicros;
  private final long[] last = {-1, -1};

  boolean isStarted() {
    return started;
  }

  /** Starts, or goes on: what was captured now follows the last frame, whatever time has passed. */
  void start(long captureMicros) {
    originMicros = started ? captureMicros - (newest() + SEAM_MILLIS) * 1000 : captureMicros;
    started = true;
  }

  /** What there was is forgotten. */
  void reset() {
    started = false;
    Arrays.fill(last, -1);
  }

  /** Milliseconds since the beginning; -1 for sound from before it. Every picture has a place. */
  long millis(MediaKind kind, long captureMicros) {
    long millis = Math.floorDiv(captureMicros - originMicros, 1000L);
    int track = kind.ordinal();
    if (kind == MediaKind.VIDEO) {
      last[track] = Math.max(millis, last[track] + 1);
      return last[track];
    }
    last[track] = Math.max(millis, last[track]);
    return Math.max(-1, millis);
  }

  private long newest() {
    return Math.max(last[0], last[1]);
  }
}
