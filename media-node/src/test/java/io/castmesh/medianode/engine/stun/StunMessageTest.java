package io.castmesh.medianode.engine.stun;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StunMessageTest {
  /** RFC 5769 section 2.1. */
  private static final byte[] SAMPLE_REQUEST =
      hex(
          "000100582112a442b7e7a701bc34d686fa87dfae"
              + "802200105354554e207465737420636c69656e74"
              + "002400046e0001ff80290008932ff9b151263b36"
              + "000600096576746a3a68367659202020"
              + "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
              + "80280004e57a3bcf");

  /** RFC 5769 section 2.2. */
  private static final byte[] SAMPLE_RESPONSE =
      hex(
          "0101003c2112a442b7e7a701bc34d686fa87dfae"
              + "8022000b7465737420766563746f7220"
              + "002000080001a147e112a643"
              + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
              + "80280004c07d4c96");

  private static final byte[] SAMPLE_PASSWORD =
      "VOkJxbRl1RmTxUk/WvJxBt".getBytes(StandardCharsets.US_ASCII);

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  @Test
  void readsTheSampleRequestOfTheRfc() {
    // when
    StunMessage request = StunMessage.parse(SAMPLE_REQUEST, 0, SAMPLE_REQUEST.length).orElseThrow();

    // then
    assertThat(request.type()).isEqualTo(StunMessage.BINDING_REQUEST);
    assertThat(request.username()).contains("evtj:h6vY");
    assertThat(request.priority()).isEqualTo(0x6e0001ffL);
    assertThat(request.iceControlled()).isTrue();
    assertThat(request.useCandidate()).isFalse();
    assertThat(request.hasFingerprint()).isTrue();
    assertThat(request.hasIntegrity(SAMPLE_PASSWORD)).isTrue();
    assertThat(request.hasIntegrity("wrong".getBytes(StandardCharsets.US_ASCII))).isFalse();
  }

  @Test
  void readsTheSampleResponseOfTheRfc() {
    // when
    StunMessage response =
        StunMessage.parse(SAMPLE_RESPONSE, 0, SAMPLE_RESPONSE.length).orElseThrow();

    // then
    assertThat(response.type()).isEqualTo(StunMessage.BINDING_SUCCESS);
    assertThat(response.xorMappedAddress()).contains(new InetSocketAddress("192.0.2.1", 32853));
    assertThat(response.hasIntegrity(SAMPLE_PASSWORD)).isTrue();
  }

  @Test
  void whatIsBuiltIsReadBackTheSame() {
    // given
    byte[] key = "password".getBytes(StandardCharsets.US_ASCII);
    byte[] built =
        new StunBuilder(StunMessage.BINDING_REQUEST, new byte[12])
            .username("ours:theirs")
            .priority(0xFEDCBA98L)
            .iceControlling(42)
            .useCandidate()
            .xorMappedAddress(new InetSocketAddress("2001:db8::1", 65535))
            .errorCode(487, "Role Conflict")
            .build(key);

    // when
    StunMessage read = StunMessage.parse(built, 0, built.length).orElseThrow();

    // then
    assertThat(read.username()).contains("ours:theirs");
    assertThat(read.priority()).isEqualTo(0xFEDCBA98L);
    assertThat(read.iceControlling()).isTrue();
    assertThat(read.useCandidate()).isTrue();
    assertThat(read.errorCode()).isEqualTo(487);
    assertThat(read.xorMappedAddress()).contains(new InetSocketAddress("2001:db8::1", 65535));
    assertThat(read.hasFingerprint()).isTrue();
    assertThat(read.hasIntegrity(key)).isTrue();
  }

  @Test
  void aChangedByteBreaksIntegrityAndFingerprint() {
    // given
    byte[] changed = SAMPLE_REQUEST.clone();
    changed[30] ^= 1;

    // when
    StunMessage read = StunMessage.parse(changed, 0, changed.length).orElseThrow();

    // then
    assertThat(read.hasIntegrity(SAMPLE_PASSWORD)).isFalse();
    assertThat(read.hasFingerprint()).isFalse();
  }

  @Test
  void cutAndRandomBytesAreRefusedWithoutHarm() {
    // given
    Random random = new Random(7);

    // when / then: every cut of a good message is malformed
    for (int length = 0; length < SAMPLE_REQUEST.length; length++) {
      assertThat(StunMessage.parse(SAMPLE_REQUEST, 0, length)).isEmpty();
    }
    // and: noise in a good message never throws
    for (int i = 0; i < 20_000; i++) {
      byte[] noisy = Arrays.copyOf(SAMPLE_REQUEST, SAMPLE_REQUEST.length);
      for (int j = 0; j < 3; j++) {
        noisy[random.nextInt(noisy.length)] = (byte) random.nextInt();
      }
      StunMessage.parse(noisy, 0, noisy.length)
          .ifPresent(
              message -> {
                message.username();
                message.errorCode();
                message.xorMappedAddress();
                assertThat(message.hasIntegrity(SAMPLE_PASSWORD) && message.hasFingerprint())
                    .isEqualTo(Arrays.equals(noisy, SAMPLE_REQUEST));
              });
    }
  }
}
