package io.castmesh.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LeaseTrustTest {
  /** A clock that is moved by hand. */
  private static final class Hand extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private final Hand clock = new Hand();
  private final LeaseTrust trust =
      new LeaseTrust(Duration.ofSeconds(20), Duration.ofSeconds(8), clock);

  @Test
  void leasesCountAfterRedisHasAnsweredForAWhile() {
    // given
    assertThat(trust.holds()).isFalse();

    // when, then
    answers(19);
    assertThat(trust.holds()).isFalse();
    answers(2);
    assertThat(trust.holds()).isTrue();
  }

  @Test
  void theWaitBeginsAnewWhenRedisWasAwayOrHasLostEverything() {
    // given
    answers(30);

    // when
    trust.lost();

    // then
    assertThat(trust.holds()).isFalse();
    answers(15);
    assertThat(trust.holds()).isFalse();
    answers(6);
    assertThat(trust.holds()).isTrue();
  }

  @Test
  void theWaitBeginsAnewWhenThisProcessWasPaused() {
    // given
    answers(30);

    // when
    clock.now = clock.now.plusSeconds(60);

    // then, whoever comes first: who asks, or who looks
    assertThat(trust.holds()).isFalse();
    trust.reachable();
    assertThat(trust.holds()).isFalse();
  }

  private void answers(int seconds) {
    for (int i = 0; i < seconds; i++) {
      clock.now = clock.now.plusSeconds(1);
      trust.reachable();
    }
  }
}
