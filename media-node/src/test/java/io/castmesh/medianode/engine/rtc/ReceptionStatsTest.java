package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtcp.RtcpHandler;
import io.castmesh.medianode.engine.rtcp.RtcpReader;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.SequenceUnwrapper;
import org.junit.jupiter.api.Test;

/** What senders read in our receiver reports. */
class ReceptionStatsTest {
  private final ReceptionStats stats = new ReceptionStats(90_000);
  private final SequenceUnwrapper unwrapper = new SequenceUnwrapper();
  private final RtcpWriter report = new RtcpWriter();

  @Test
  void theHighestSequenceNumberCountsTheWrapsThatTheSenderHasMade() {
    // given: from 65000 over the wrap to 40, 10 of them lost
    for (int i = 65_000; i <= 65_536 + 40; i++) {
      if (i < 65_100 || i >= 65_110) {
        stats.onPacket(unwrapper.unwrap(i & 0xFFFF), i * 3_000, 1_000, i * 1_000_000L, false);
      }
    }

    // when
    report.receiverReport(1);
    stats.report(report, 2, 1_000_000_000L);

    // then
    long[] read = new long[2];
    RtcpReader.read(
        report.buffer(),
        0,
        report.length(),
        new RtcpHandler() {
          @Override
          public void onReportBlock(
              int ssrc,
              int fractionLost,
              int lost,
              long highestSequence,
              long jitter,
              int lastReport,
              long sinceLastReport) {
            read[0] = highestSequence;
            read[1] = lost;
          }
        });
    assertThat(read).containsExactly(65_536 + 40, 10);
  }
}
