package io.castmesh.medianode.engine.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateMeterTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final RateMeter meter = new RateMeter();
  private long now = TimeUnit.HOURS.toNanos(1);

  /** A megabit a second. */
  private void run(int millis) {
    for (int i = 0; i < millis; i += 10) {
      now += 10 * MILLI;
      meter.add(1_250, now);
    }
  }

  @Test
  void aSteadyStreamHasItsRate() {
    run(2_000);
    assertThat(meter.bitsPerSecond(now)).isBetween(900_000L, 1_050_000L);
  }

  @Test
  void aStreamThatBeginsIsNotOverrated() {
    // given
    run(10);
    assertThat(meter.bitsPerSecond(now)).isLessThan(100_000);

    // when
    run(240);

    // then
    assertThat(meter.bitsPerSecond(now)).isBetween(900_000L, 1_100_000L);
  }

  @Test
  void whatWasLongAgoIsForgotten() {
    // given
    run(2_000);

    // when
    now += 300 * MILLI;

    // then
    assertThat(meter.bitsPerSecond(now)).isBetween(300_000L, 500_000L);
    now += 300 * MILLI;
    assertThat(meter.bitsPerSecond(now)).isZero();

    // when: it goes on after a minute
    now += 60_000 * MILLI;
    run(250);

    // then
    assertThat(meter.bitsPerSecond(now)).isBetween(900_000L, 1_100_000L);
  }

  @Test
  void whatComesWithAnOlderTimeCountsAsNew() {
    // given
    run(1_000);
    long before = meter.bitsPerSecond(now);

    // when
    meter.add(12_500, now - 200 * MILLI);

    // then: a hundred kilobits within half a second
    assertThat(meter.bitsPerSecond(now) - before).isEqualTo(200_000);
  }
}
