package io.castmesh.medianode.engine.track;

import java.util.Arrays;

/** Who has packets waiting until the loop has read what arrived. Owned by the loop. */
public final class BurstEnd {
  private Fanout[] waiting = new Fanout[16];
  private int count;

  void add(Fanout fanout) {
    if (count == waiting.length) {
      waiting = Arrays.copyOf(waiting, 2 * count);
    }
    waiting[count++] = fanout;
  }

  /** Nothing more has arrived for now. */
  public void run(long now) {
    for (int i = 0; i < count; i++) {
      waiting[i].onBurstEnd(now);
    }
    count = 0;
  }
}
