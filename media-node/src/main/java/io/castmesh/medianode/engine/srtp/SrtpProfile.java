package io.castmesh.medianode.engine.srtp;

import java.util.Optional;

/** The DTLS-SRTP protection profiles we do (RFC 5764 section 4.1.2, RFC 7714 section 14.2). */
public enum SrtpProfile {
  /** Preferred: one pass over the packet, and the JDK has it in hardware. */
  AEAD_AES_128_GCM(7, 12),
  AES128_CM_HMAC_SHA1_80(1, 14);

  /** Bytes of an AES-128 key. */
  public static final int KEY_LENGTH = 16;

  private final int number;
  private final int saltLength;

  SrtpProfile(int number, int saltLength) {
    this.number = number;
    this.saltLength = saltLength;
  }

  /** The number in the use_srtp extension. */
  public int number() {
    return number;
  }

  public int saltLength() {
    return saltLength;
  }

  public static Optional<SrtpProfile> byNumber(int number) {
    for (SrtpProfile profile : values()) {
      if (profile.number == number) {
        return Optional.of(profile);
      }
    }
    return Optional.empty();
  }
}
