package io.castmesh.medianode.engine.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RtpTest {
  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  @Test
  void readsTheHeaderWithSourcesAndExtensions() {
    // given: one CSRC, a one-byte extension block with ids 3 and 5, padding between, one payload
    byte[] packet = hex("91e00102 00000010 01020304 aabbccdd bede0002 31abcd00 50ff0000 99");

    // when
    int header = Rtp.headerLength(packet, 0, packet.length);

    // then
    assertThat(header).isEqualTo(28);
    assertThat(Rtp.marker(packet, 0)).isTrue();
    assertThat(Rtp.payloadType(packet, 0)).isEqualTo(96);
    assertThat(Rtp.sequence(packet, 0)).isEqualTo(0x0102);
    assertThat(Rtp.timestamp(packet, 0)).isEqualTo(16);
    assertThat(Rtp.ssrc(packet, 0)).isEqualTo(0x01020304);
    long three = HeaderExtension.find(packet, 0, header, 3);
    assertThat(HeaderExtension.length(three)).isEqualTo(2);
    assertThat(Rtp.unsignedShort(packet, HeaderExtension.position(three))).isEqualTo(0xabcd);
    long five = HeaderExtension.find(packet, 0, header, 5);
    assertThat(packet[HeaderExtension.position(five)]).isEqualTo((byte) 0xff);
    assertThat(HeaderExtension.find(packet, 0, header, 4)).isEqualTo(HeaderExtension.ABSENT);
  }

  @Test
  void readsTwoByteExtensions() {
    // given
    byte[] packet = hex("90600102 00000010 01020304 10000002 14021234 00000000");

    // when
    long found = HeaderExtension.find(packet, 0, packet.length, 20);

    // then
    assertThat(HeaderExtension.length(found)).isEqualTo(2);
    assertThat(Rtp.unsignedShort(packet, HeaderExtension.position(found))).isEqualTo(0x1234);
  }

  @Test
  void impossibleLengthsAreRefused() {
    assertThat(Rtp.headerLength(new byte[11], 0, 11)).isEqualTo(-1);
    assertThat(Rtp.headerLength(hex("00600102 00000010 01020304"), 0, 12)).isEqualTo(-1);
    assertThat(Rtp.headerLength(hex("8f600102 00000010 01020304"), 0, 12)).isEqualTo(-1);
    assertThat(Rtp.headerLength(hex("90600102 00000010 01020304 bede0009"), 0, 16)).isEqualTo(-1);
    byte[] padded = hex("a0600102 00000010 01020304 01020309");
    assertThat(Rtp.paddingLength(padded, 0, 16, 12)).isEqualTo(-1);
    padded[15] = 4;
    assertThat(Rtp.paddingLength(padded, 0, 16, 12)).isEqualTo(4);
  }

  @Test
  void noiseNeverReadsBeyondThePacket() {
    // given
    Random random = new Random(11);
    byte[] noise = new byte[64];

    // when / then
    for (int i = 0; i < 200_000; i++) {
      random.nextBytes(noise);
      noise[0] = (byte) (0x90 | noise[0] & 0x0f);
      noise[14] = 0;
      int length = 12 + random.nextInt(noise.length - 12);
      byte[] packet = java.util.Arrays.copyOf(noise, length);
      int header = Rtp.headerLength(packet, 0, length);
      if (header >= 0) {
        HeaderExtension.find(packet, 0, header, 1 + random.nextInt(14));
        assertThat(header).isLessThanOrEqualTo(length);
        Vp8Payload.startsKeyFrame(packet, header, length - header);
      }
    }
  }

  @Test
  void sequenceNumbersCountOnOverTheWrapAroundAndBack() {
    // given
    SequenceUnwrapper unwrapper = new SequenceUnwrapper();

    // then
    long first = unwrapper.unwrap(65_534);
    assertThat(unwrapper.unwrap(1)).isEqualTo(first + 3);
    assertThat(unwrapper.unwrap(65_535)).isEqualTo(first + 1);
    assertThat(unwrapper.unwrap(2)).isEqualTo(first + 4);
    assertThat(unwrapper.highest()).isEqualTo(first + 4);
  }

  @Test
  void vp8KeyFramesAreTold() {
    // given: a 15-bit picture id, TL0PICIDX and TID before the frame
    byte[] keyFrame = hex("90e0 8123 07 40 50 42 00 9d012a 80026801");
    byte[] deltaFrame = hex("90e0 8123 07 40 51 42 00 9d012a 80026801");
    byte[] continuation = hex("80e0 8123 07 40 50 42 00");

    // then
    assertThat(Vp8Payload.descriptorLength(keyFrame, 0, keyFrame.length)).isEqualTo(6);
    assertThat(Vp8Payload.startsKeyFrame(keyFrame, 0, keyFrame.length)).isTrue();
    assertThat(Vp8Payload.startsKeyFrame(deltaFrame, 0, deltaFrame.length)).isFalse();
    assertThat(Vp8Payload.startsFrame(deltaFrame, 0, deltaFrame.length)).isTrue();
    assertThat(Vp8Payload.startsFrame(continuation, 0, continuation.length)).isFalse();
    assertThat(Vp8Payload.width(keyFrame, 6, keyFrame.length - 6)).isEqualTo(640);
    assertThat(Vp8Payload.height(keyFrame, 6, keyFrame.length - 6)).isEqualTo(360);
    for (int length = 0; length <= 6; length++) {
      assertThat(Vp8Payload.descriptorLength(keyFrame, 0, length)).isEqualTo(-1);
    }
  }
}
