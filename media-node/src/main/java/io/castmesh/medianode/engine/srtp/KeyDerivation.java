package io.castmesh.medianode.engine.srtp;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Session keys from a master key (RFC 3711 section 4.3; key derivation rate 0). */
final class KeyDerivation {
  static final int RTP_ENCRYPTION = 0;
  static final int RTP_AUTHENTICATION = 1;
  static final int RTP_SALT = 2;
  static final int RTCP_ENCRYPTION = 3;
  static final int RTCP_AUTHENTICATION = 4;
  static final int RTCP_SALT = 5;

  /** Index of the label within the 112 bits it is exclusive-ored into. */
  private static final int LABEL_AT = 7;

  private final SrtpKeys.Master master;

  KeyDerivation(SrtpKeys.Master master) {
    this.master = master;
  }

  /** AES-CM with the salt and label as its counter block. */
  byte[] derive(int label, int length) {
    // A 96-bit salt (RFC 7714 section 11) is padded with zeros at its end.
    byte[] counter = Arrays.copyOf(master.salt(), 16);
    counter[LABEL_AT] ^= (byte) label;
    try {
      Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
      aes.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(master.key(), "AES"),
          new IvParameterSpec(counter));
      return aes.doFinal(new byte[length]);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES in counter mode", e);
    }
  }
}
