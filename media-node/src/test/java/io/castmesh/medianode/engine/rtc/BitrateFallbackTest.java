package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BitrateFallbackTest {
  private static final int PACKETS_A_SECOND = 100;

  private final BitrateFallback fallback = new BitrateFallback();
  private long now = TimeUnit.HOURS.toNanos(1);
  private long packets;
  private long lost;

  /** Some seconds of 1 Mbit/s on a line that loses so many of a hundred packets. */
  private long seconds(int count, int lossPercent) {
    long estimate = 0;
    for (int i = 0; i < count; i++) {
      now += TimeUnit.SECONDS.toNanos(1);
      int arrived = PACKETS_A_SECOND - lossPercent;
      for (int j = 0; j < arrived; j++) {
        fallback.onPacket(1_250);
      }
      packets += arrived;
      lost += lossPercent;
      estimate = fallback.estimate(lost, packets, now);
    }
    return estimate;
  }

  @Test
  void asksForMoreWhileNothingIsLostAndForLessWhenMuchIs() {
    long calm = seconds(5, 0);
    assertThat(calm).isGreaterThan(1_200_000);
    assertThat(seconds(10, 30)).isLessThan(calm / 3);
  }

  @Test
  void asksForNoLessThanSomebodyHasSet() {
    fallback.bound(800_000, Long.MAX_VALUE);
    assertThat(seconds(10, 30)).isEqualTo(800_000);
  }

  @Test
  void asksForNoMoreThanSomebodyHasSet() {
    fallback.bound(0, 300_000);
    assertThat(seconds(10, 0)).isEqualTo(300_000);
  }

  @Test
  void goesOnWithItsOwnEstimateWhenTheBoundsAreTakenAway() {
    // given
    fallback.bound(0, 300_000);
    seconds(5, 0);

    // when
    fallback.bound(0, Long.MAX_VALUE);

    // then
    assertThat(seconds(1, 0)).isGreaterThan(1_000_000);
  }
}
