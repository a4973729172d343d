package io.castmesh.medianode.engine.track;

import java.util.concurrent.TimeUnit;

/**
 * Collects the wishes for a keyframe of all sinks of a source: at most one request per {@link
 * #INTERVAL} goes out, and it is repeated while no keyframe follows. Who waits may wish with each
 * packet: that is one wish until a keyframe comes.
 */
public final class KeyFrameRequests {
  /** A keyframe is large: this many a second at most, however many viewers ask. */
  public static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(300);

  /** The request or the keyframe was lost. */
  private static final long REPEAT = TimeUnit.MILLISECONDS.toNanos(500);

  /** A sender that does not react by then is not sending, or sends what we do not recognise. */
  private static final int MAX_REPEATS = 10;

  /** Then it is left alone before it is asked again: keyframes cost it, and everybody, pictures. */
  private static final long REST = TimeUnit.SECONDS.toNanos(5);

  private boolean wanted;
  private boolean everSent;
  private boolean inVain;
  private long sentAt;
  private int repeats;

  public void request() {
    if (!wanted) {
      wanted = true;
      repeats = 0;
    }
  }

  /** A keyframe begins: everybody who waits gets it. */
  public void onKeyFrame() {
    wanted = false;
    inVain = false;
  }

  /** The sender was silent: what it was asked for may never have reached it. */
  public void onReturn() {
    inVain = false;
  }

  /** Whether to send a request now; it is taken as sent. */
  public boolean due(long now) {
    if (!wanted) {
      return false;
    }
    if (everSent && now - sentAt < pause()) {
      return false;
    }
    if (repeats == MAX_REPEATS) {
      wanted = false;
      inVain = true;
      return false;
    }
    repeats++;
    inVain = false;
    everSent = true;
    sentAt = now;
    return true;
  }

  private long pause() {
    if (repeats > 0) {
      return REPEAT;
    }
    return inVain ? REST : INTERVAL;
  }
}
