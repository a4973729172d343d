package io.castmesh.medianode.engine.srtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What the RFCs print. */
class SrtpVectorsTest {
  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  @Test
  void derivesTheSessionKeysOfRfc3711AppendixB3() {
    // given
    KeyDerivation keys =
        new KeyDerivation(
            new SrtpKeys.Master(
                hex("E1F97A0D3E018BE0D64FA32C06DE4139"), hex("0EC675AD498AFEEBB6960B3AABE6")));

    // then
    assertThat(keys.derive(KeyDerivation.RTP_ENCRYPTION, 16))
        .isEqualTo(hex("C61E7A93744F39EE10734AFE3FF7A087"));
    assertThat(keys.derive(KeyDerivation.RTP_SALT, 14))
        .isEqualTo(hex("30CBBC08863D8C85D49DB34A9AE1"));
    assertThat(keys.derive(KeyDerivation.RTP_AUTHENTICATION, 20))
        .isEqualTo(hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
  }

  @Test
  void encryptsTheRtpPacketOfRfc7714Section16() {
    // given
    byte[] key = hex("000102030405060708090a0b0c0d0e0f");
    byte[] salt = hex("517569642070726f2071756f");
    GcmCipher cipher = new GcmCipher(key, salt, key, salt);
    byte[] header = hex("8040f17b 8041f8d3 5501a0b2");
    byte[] payload =
        hex(
            "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465"
                + "73207472 6573");
    byte[] packet = Arrays.copyOf(header, 200);

    // when
    int length =
        cipher.sealRtp(payload, 0, payload.length, packet, 0, 12, 0x5501a0b2, 0x0000_0000_f17bL);

    // then
    byte[] expected =
        hex(
            "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5"
                + "0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439"
                + "0cce");
    assertThat(Arrays.copyOf(packet, length)).isEqualTo(expected);

    // and back
    int clear = cipher.openRtp(packet, 0, length, 12, 0x5501a0b2, 0xf17bL);
    assertThat(Arrays.copyOfRange(packet, 12, clear)).isEqualTo(payload);
  }
}
