package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;

/**
 * The recording's own time: from its first frame, without the pauses, rising within each track.
 * Owned by the loop.
 */
final class RecordingClock {
  /** Between the last frame before a pause and the first one after it. */
  private static final long SEAM_MILLIS = 33;

  private boolean started;
  private boolean seam;
  private long originMicros;
  private final long[] last = {-1, -1};

  boolean isStarted() {
    return started;
  }

  void start(long captureMicros) {
    started = true;
    originMicros = captureMicros;
  }

  /** The next frame follows the last one, whatever time has passed. */
  void closeGap() {
    seam = started;
  }

  /** Milliseconds since the beginning; -1 for a frame from before it. */
  long millis(MediaKind kind, long captureMicros) {
    if (seam) {
      seam = false;
      originMicros = captureMicros - (newest() + SEAM_MILLIS) * 1000;
    }
    long millis = Math.floorDiv(captureMicros - originMicros, 1000L);
    if (millis < 0) {
      return -1;
    }
    int track = kind.ordinal();
    last[track] = Math.max(millis, last[track] + 1);
    return last[track];
  }

  private long newest() {
    return Math.max(last[0], last[1]);
  }
}
