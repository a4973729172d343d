package io.castmesh.medianode.engine.track;

import java.util.Arrays;

/**
 * Who has packets waiting: for the rest of what arrives together, or a little longer for the rest
 * of a frame. Owned by the loop.
 */
public final class BurstEnd {
  /** Somebody who has packets waiting. */
  interface Listener {
    /**
     * @param last whether nothing may wait any longer
     * @return whether nothing waits any more; else it is asked again
     */
    boolean onBurstEnd(long now, boolean last);
  }

  private Listener[] waiting = new Listener[16];
  private int count;

  void add(Listener listener) {
    if (count == waiting.length) {
      waiting = Arrays.copyOf(waiting, 2 * count);
    }
    waiting[count++] = listener;
  }

  /** Nothing more has arrived for now. Who is told may add others, which are told then, too. */
  public void run(long now) {
    tell(now, false);
  }

  /** The same, and what waits for more has waited long enough. */
  public void runAll(long now) {
    tell(now, true);
  }

  private void tell(long now, boolean last) {
    int next = 0;
    int kept = 0;
    try {
      while (next < count) {
        Listener listener = waiting[next++];
        if (!listener.onBurstEnd(now, last)) {
          waiting[kept++] = listener;
        }
      }
    } finally {
      // Those who come after one that failed are told the next time.
      System.arraycopy(waiting, next, waiting, kept, count - next);
      count += kept - next;
    }
  }
}
