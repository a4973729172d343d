package io.castmesh.runtime.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FreezeTest {
  private final AtomicLong clock = new AtomicLong(-7);
  private final Freeze freeze = new Freeze(clock::get);

  @Test
  void aProcessThatRunsHasNoAftermath() {
    for (int i = 0; i < 100; i++) {
      pass(Duration.ofSeconds(4));
      freeze.ran();
      assertThat(freeze.isAftermath()).isFalse();
    }
  }

  @Test
  void whoAsksBeforeTheWatchKnowsIsToldAllTheSame() {
    // when
    pass(Freeze.LONG.plusMillis(1));
    // then
    assertThat(freeze.isAftermath()).isTrue();
  }

  @Test
  void whatHasPiledUpIsReadInTheTimeAfterIt() {
    // given
    pass(Duration.ofSeconds(40));
    freeze.ran();
    // then
    pass(Freeze.AFTERMATH.minusMillis(1));
    freeze.ran();
    assertThat(freeze.isAftermath()).isTrue();
    pass(Duration.ofMillis(2));
    assertThat(freeze.isAftermath()).isFalse();
    assertThat(freeze.within(Duration.ofSeconds(15))).isTrue();
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
