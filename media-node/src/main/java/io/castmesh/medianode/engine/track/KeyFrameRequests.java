package io.castmesh.medianode.engine.track;

import java.util.concurrent.TimeUnit;

/**
 * Collects the wishes for a keyframe of all sinks of a source: at most one request per {@link
 * #INTERVAL} goes out, and it is repeated while no keyframe follows.
 */
public final class KeyFrameRequests {
  /** A keyframe is large: this many a second at most, however many viewers ask. */
  public static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(300);

  /** The request or the keyframe was lost. */
  private static final long REPEAT = TimeUnit.MILLISECONDS.toNanos(500);

  /** A sender that does not react by then is not sending. */
  private static final int MAX_REPEATS = 10;

  private boolean wanted;
  private boolean everSent;
  private long sentAt;
  private int repeats;

  public void request() {
    wanted = true;
    repeats = 0;
  }

  /** A keyframe begins: everybody who waits gets it. */
  public void onKeyFrame() {
    wanted = false;
  }

  /** Whether to send a request now; it is taken as sent. */
  public boolean due(long now) {
    if (!wanted) {
      return false;
    }
    long since = now - sentAt;
    if (everSent && since < (repeats == 0 ? INTERVAL : REPEAT)) {
      return false;
    }
    if (repeats++ >= MAX_REPEATS) {
      wanted = false;
      return false;
    }
    everSent = true;
    sentAt = now;
    return true;
  }
}
