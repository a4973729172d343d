package io.castmesh.medianode.engine.track;

import java.util.Arrays;

/** Who has packets waiting until the loop has read what arrived. Owned by the loop. */
public final class BurstEnd {
  /** Somebody who has packets waiting. */
  interface Listener {
    void onBurstEnd(long now);
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
    for (int i = 0; i < count; i++) {
      waiting[i].onBurstEnd(now);
    }
    count = 0;
  }
}
