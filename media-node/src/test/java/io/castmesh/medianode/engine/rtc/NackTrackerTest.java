package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NackTrackerTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private final NackTracker tracker = new NackTracker();
  private final int[] out = new int[64];

  private int[] due(long millis) {
    return Arrays.copyOf(out, tracker.due(millis * MILLI, 20 * MILLI, out));
  }

  @Test
  void asksForAGapAtOnceAndAgainAfterARoundTrip() {
    // given
    tracker.onPacket(65_534, false, 0);
    tracker.onPacket(65_538, false, 0);

    // then
    assertThat(due(0)).containsExactly(65_535, 0, 1);
    assertThat(due(10)).isEmpty();
    tracker.onPacket(65_536, false, 0);
    assertThat(due(50)).containsExactly(65_535, 1);
  }

  @Test
  void givesUpAfterSomeTriesAndSaysSo() {
    // given
    tracker.onPacket(1, false, 0);
    tracker.onPacket(3, false, 0);

    // when
    int asked = 0;
    for (int i = 0; i < 100; i++) {
      asked += due(i * 50).length;
    }

    // then
    assertThat(asked).isEqualTo(10);
    assertThat(tracker.missing()).isZero();
    assertThat(tracker.takeGaveUp()).isTrue();
    assertThat(tracker.takeGaveUp()).isFalse();
  }

  @Test
  void anOutageIsNotAskedForPacketByPacket() {
    // given
    tracker.onPacket(1, false, 0);

    // when
    tracker.onPacket(1000, false, 0);

    // then
    assertThat(due(0)).isEmpty();
    assertThat(tracker.takeGaveUp()).isTrue();
  }
}
