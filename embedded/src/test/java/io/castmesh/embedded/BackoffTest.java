package io.castmesh.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration YOUNG = Duration.ofSeconds(1);

  private final Backoff backoff = new Backoff();

  @Test
  void theFirstDeathCostsNoTimeAndLaterOnesMoreAndMore() {
    // when
    List<Long> pauses = Stream.generate(() -> backoff.pause(YOUNG).toMillis()).limit(9).toList();
    // then
    assertThat(pauses)
        .containsExactly(0L, 500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L);
  }

  @Test
  void whoHasLivedLongIsForgivenItsEarlierDeaths() {
    // given
    for (int i = 0; i < 5; i++) {
      backoff.pause(YOUNG);
    }
    // when
    Duration pause = backoff.pause(Backoff.YOUNG);
    // then
    assertThat(pause).isZero();
    assertThat(backoff.deaths()).isEqualTo(1);
  }
}
