package io.castmesh.medianode.engine.rtcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtp.Rtp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RtcpTest {
  private final List<String> heard = new ArrayList<>();
  private final RtcpHandler listener =
      new RtcpHandler() {
        @Override
        public void onSenderReport(int ssrc, long ntp, int rtp, long packets, long bytes) {
          heard.add("sr %d %x %d %d %d".formatted(ssrc, ntp, rtp, packets, bytes));
        }

        @Override
        public void onReportBlock(
            int ssrc, int fraction, int lost, long highest, long jitter, int lsr, long dlsr) {
          heard.add(
              "block %d %d %d %d %d %d %d"
                  .formatted(ssrc, fraction, lost, highest, jitter, lsr, dlsr));
        }

        @Override
        public void onNack(int mediaSsrc, int sequence) {
          heard.add("nack " + sequence);
        }

        @Override
        public void onPictureLoss(int mediaSsrc) {
          heard.add("pli " + mediaSsrc);
        }

        @Override
        public void onFullIntraRequest(int mediaSsrc, int sequence) {
          heard.add("fir " + mediaSsrc + " " + sequence);
        }

        @Override
        public void onBitrateEstimate(long bitsPerSecond) {
          heard.add("remb " + bitsPerSecond);
        }

        @Override
        public void onTransportFeedback(byte[] data, int offset, int length) {
          heard.add("twcc " + Rtp.unsignedShort(data, offset + 14));
        }

        @Override
        public void onBye(int ssrc) {
          heard.add("bye " + ssrc);
        }
      };

  private boolean read(RtcpWriter writer) {
    return RtcpReader.read(writer.buffer(), 0, writer.length(), listener);
  }

  @Test
  void aCompoundPacketIsReadAsItWasWritten() {
    // given
    RtcpWriter writer = new RtcpWriter();
    writer.senderReport(1, 0x1122334455667788L, 99, 5, 6);
    writer.reportBlock(7, 128, -3, 70_000, 11, 12, 13);
    writer.sourceDescription(1, "name");
    writer.receiverReport(2);
    writer.reportBlock(8, 0, 0x7fffff, 1, 2, 3, 4);
    writer.pictureLoss(1, 55);
    writer.fullIntraRequest(1, 56, 9);
    writer.bitrateEstimate(1, 57, 1_000_000);
    writer.bye(1);

    // when
    boolean whole = read(writer);

    // then
    assertThat(whole).isTrue();
    assertThat(heard)
        .containsExactly(
            "sr 1 1122334455667788 99 5 6",
            "block 7 128 -3 70000 11 12 13",
            "block 8 0 8388607 1 2 3 4",
            "pli 55",
            "fir 56 9",
            "remb 1000000",
            "bye 1");
  }

  @Test
  void nacksArePackedAndUnpackedOverTheWrapAround() {
    // given
    RtcpWriter writer = new RtcpWriter();
    int[] missing = {65_530, 65_535, 0, 10, 11, 200};

    // when
    writer.nack(1, 2, missing, missing.length);
    read(writer);

    // then: three items, every number once
    assertThat(writer.length()).isEqualTo(12 + 3 * 4);
    assertThat(heard)
        .containsExactly("nack 65530", "nack 65535", "nack 0", "nack 10", "nack 11", "nack 200");
  }

  @Test
  void bitratesOfAnySizeSurviveRoughly() {
    for (long rate : new long[] {1, 262_143, 262_144, 3_456_789, 80_000_000_000L}) {
      // given
      heard.clear();
      RtcpWriter writer = new RtcpWriter();

      // when
      writer.bitrateEstimate(1, 2, rate);
      read(writer);

      // then
      long told = Long.parseLong(heard.get(0).substring(5));
      assertThat((double) told).isBetween(rate * 0.9999, (double) rate);
    }
  }

  @Test
  void aFullBufferRefusesAndStaysWhole() {
    // given
    RtcpWriter writer = new RtcpWriter();

    // when
    while (writer.pictureLoss(1, 2)) {
      // fill it
    }

    // then
    assertThat(writer.length()).isLessThanOrEqualTo(RtcpWriter.CAPACITY);
    assertThat(read(writer)).isTrue();
  }

  @Test
  void cutAndNoisyPacketsNeverThrow() {
    // given
    RtcpWriter writer = new RtcpWriter();
    writer.senderReport(1, 2, 3, 4, 5);
    writer.reportBlock(7, 1, 1, 1, 1, 1, 1);
    writer.nack(1, 2, new int[] {1, 5, 90}, 3);
    writer.bitrateEstimate(1, 2, 5);
    writer.bye(1);
    Random random = new Random(3);

    // when / then
    for (int i = 0; i < 100_000; i++) {
      byte[] noisy = Arrays.copyOf(writer.buffer(), 1 + random.nextInt(writer.length()));
      noisy[random.nextInt(noisy.length)] = (byte) random.nextInt();
      heard.clear();
      RtcpReader.read(noisy, 0, noisy.length, listener);
    }
    assertThat(RtcpReader.read(writer.buffer(), 0, writer.length() - 4, listener)).isFalse();
  }

  @Test
  void aCompoundPacketTellsOfSomeThousandPacketsAtMost() {
    // given: feedback of 36 bytes that tells of 4,096 packets, each of them lost
    byte[] compound = new byte[40 * 36];
    for (int at = 0; at < compound.length; at += 36) {
      compound[at] = (byte) (0x80 | RtcpType.TRANSPORT_CC);
      compound[at + 1] = (byte) RtcpType.TRANSPORT_FEEDBACK;
      compound[at + 3] = 36 / 4 - 1;
      compound[at + 14] = 0x10;
      compound[at + 20] = 0x10;
    }

    // then
    assertThat(RtcpReader.read(compound, 0, compound.length, listener)).isFalse();
    assertThat(heard).containsExactly("twcc 4096", "twcc 4096");
  }

  @Test
  void aCompoundPacketAsksForSomeThousandPacketsAtMost() {
    // given: as many as fit into a datagram, each asking for 17
    byte[] compound = new byte[1400];
    for (int at = 0; at < compound.length; at += 28) {
      compound[at] = (byte) (0x80 | RtcpType.NACK);
      compound[at + 1] = (byte) RtcpType.TRANSPORT_FEEDBACK;
      compound[at + 3] = 28 / 4 - 1;
    }
    byte[] large = new byte[12 + 4 * 500];
    large[0] = (byte) (0x80 | RtcpType.NACK);
    large[1] = (byte) RtcpType.TRANSPORT_FEEDBACK;
    Rtp.putShort(large, 2, large.length / 4 - 1);

    // then
    assertThat(RtcpReader.read(compound, 0, compound.length, listener)).isTrue();
    assertThat(heard).hasSize(50 * 4);
    assertThat(RtcpReader.read(large, 0, large.length, listener)).isFalse();
    assertThat(heard).hasSize(50 * 4);
  }
}
