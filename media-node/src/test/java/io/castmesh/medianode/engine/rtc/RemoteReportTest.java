package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a peer's report blocks tell (RFC 3550 section 6.4.1); times are in 1/65536 s. */
class RemoteReportTest {
  private static final int SECOND = 65_536;

  private final RemoteReport report = new RemoteReport(90_000);

  @Test
  void theRoundTripIsWhatThePeerDidNotKeepTheReport() {
    // when: our report was of one second before the wrap-around, and was kept for two
    long trip = report.onReportBlock(-3, 900, -SECOND, 2 * SECOND, SECOND + SECOND / 4);

    // then
    assertThat(trip).isEqualTo(TimeUnit.MILLISECONDS.toNanos(250));
    assertThat(report.roundTripSeconds).isEqualTo(0.25);
    assertThat(report.jitterSeconds).isEqualTo(0.01);
    assertThat(report.lost).isEqualTo(-3);
  }

  @Test
  void whatCannotBeTrueTellsNoRoundTrip() {
    // given
    report.onReportBlock(0, 0, SECOND, 0, SECOND + SECOND / 2);

    // when / then: no report of ours, one kept longer than it was there, one of long ago
    assertThat(report.onReportBlock(0, 0, 0, 0, 5 * SECOND)).isZero();
    assertThat(report.onReportBlock(0, 0, SECOND, 3 * SECOND, 2 * SECOND)).isZero();
    assertThat(report.onReportBlock(0, 0, SECOND, 0, 30 * SECOND)).isZero();
    assertThat(report.roundTripSeconds).as("as it was").isEqualTo(0.5);
  }
}
