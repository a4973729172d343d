package io.castmesh.medianode.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lengths as RFC 6716 tells them: table 2 for the frame, section 3.2 for how many there are. */
class OpusPacketTest {
  @ParameterizedTest
  @CsvSource({
    "0x08, 0, 960, SILK 20 ms",
    "0x18, 0, 2880, SILK 60 ms",
    "0x60, 0, 480, both 10 ms",
    "0x80, 0, 120, CELT 2.5 ms",
    "0xFC, 0, 960, CELT 20 ms",
    "0xFD, 0, 1920, two of 20 ms",
    "0xFE, 0, 1920, two of 20 ms that differ",
    "0xFF, 3, 2880, three of 20 ms",
    "0xFF, 0x83, 2880, three of 20 ms that differ",
    "0x1B, 3, 0, 180 ms: too long",
    "0xFF, 0, 0, none"
  })
  void tellsHowLongItLasts(int first, int second, int samples, String what) {
    assertThat(OpusPacket.samples(new byte[] {(byte) first, (byte) second, 7})).isEqualTo(samples);
  }

  @Test
  void whatCannotBeOneHasNoLength() {
    assertThat(OpusPacket.samples(new byte[0])).isZero();
    assertThat(OpusPacket.samples(new byte[] {(byte) 0xFF})).isZero();
  }

  @Test
  void whatStandsForAMissingOneLastsTwentyMillisecondsOrOneFrame() {
    for (int first = 0; first < 256; first++) {
      byte[] missing = OpusPacket.missing((byte) first);
      assertThat(OpusPacket.samples(missing)).as("after " + first).isIn(960, 1920, 2880);
      assertThat(missing[0] & 0xFC).isEqualTo(first & 0xFC);
    }
  }
}
