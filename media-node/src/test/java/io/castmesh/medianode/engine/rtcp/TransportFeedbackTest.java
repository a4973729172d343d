package io.castmesh.medianode.engine.rtcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtp.Rtp;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransportFeedbackTest {
  private final TransportFeedback feedback = new TransportFeedback();

  /** An independent reading of section 3.1: arrival in microseconds by number, null for lost. */
  private static Map<Integer, Long> read(byte[] p, int offset) {
    int base = Rtp.unsignedShort(p, offset + 12);
    int count = Rtp.unsignedShort(p, offset + 14);
    long time = (Rtp.getInt(p, offset + 16) >> 8) * 64_000L;
    int[] symbols = new int[count + 14];
    int at = offset + 20;
    for (int read = 0; read < count; at += 2) {
      int chunk = Rtp.unsignedShort(p, at);
      if ((chunk & 0x8000) == 0) {
        for (int i = 0; i < (chunk & 0x1fff); i++) {
          symbols[read++] = chunk >> 13 & 3;
        }
      } else if ((chunk & 0x4000) == 0) {
        for (int i = 13; i >= 0 && read < count; i--) {
          symbols[read++] = chunk >> i & 1;
        }
      } else {
        for (int i = 12; i >= 0 && read < count; i -= 2) {
          symbols[read++] = chunk >> i & 3;
        }
      }
    }
    Map<Integer, Long> arrivals = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      if (symbols[i] == 1) {
        time += (p[at++] & 0xff) * 250L;
      } else if (symbols[i] == 2) {
        time += (short) Rtp.unsignedShort(p, at) * 250L;
        at += 2;
      }
      arrivals.put((base + i) & 0xffff, symbols[i] == 0 ? null : time);
    }
    return arrivals;
  }

  private Map<Integer, Long> write() {
    RtcpWriter out = new RtcpWriter();
    assertThat(feedback.write(out, 1, 2)).isTrue();
    assertThat(out.length() % 4).isZero();
    assertThat(Rtp.unsignedShort(out.buffer(), 2)).isEqualTo(out.length() / 4 - 1);
    assertThat(Rtp.getInt(out.buffer(), 8)).isEqualTo(2);
    return read(out.buffer(), 0);
  }

  @Test
  void tellsArrivalsLossesAndDisorderOverTheWrapAround() {
    // given
    feedback.onPacket(65_534, 1_000_000);
    feedback.onPacket(65_535, 1_001_000);
    feedback.onPacket(2, 1_500_000);
    feedback.onPacket(1, 1_500_250);

    // when
    Map<Integer, Long> told = write();

    // then
    assertThat(told.keySet()).containsExactly(65_534, 65_535, 0, 1, 2);
    assertThat(told.get(65_535) - told.get(65_534)).isEqualTo(1000);
    assertThat(told.get(0)).isNull();
    assertThat(told.get(1) - told.get(65_535)).isEqualTo(499_250);
    assertThat(told.get(2) - told.get(1)).isEqualTo(-250);
    assertThat(feedback.hasNews()).isFalse();
  }

  @Test
  void reportsFollowEachOtherWithoutAGap() {
    // given
    feedback.onPacket(10, 64_000);
    assertThat(write().keySet()).containsExactly(10);

    // when
    feedback.onPacket(12, 128_000);

    // then
    assertThat(write().keySet()).containsExactly(11, 12);
  }

  @Test
  void aLongSilenceAndABurstStayWithinTheFormat() {
    // given: more packets than one report takes, and a pause longer than a delta can tell
    feedback.onPacket(0, 64_000);
    feedback.onPacket(1, 64_000 + 20_000_000);
    for (int i = 2; i < 1000; i++) {
      feedback.onPacket(i, 30_000_000 + i * 100L);
    }

    // when
    int told = 0;
    int reports = 0;
    while (feedback.hasNews() && reports++ < 20) {
      told += write().size();
    }

    // then
    assertThat(told).isEqualTo(1000);
  }

  @Test
  void aJumpForgetsWhatLiesBefore() {
    // given
    feedback.onPacket(1, 64_000);
    feedback.onPacket(20_000, 128_000);

    // then
    assertThat(write().keySet()).containsExactly(20_000);
  }
}
