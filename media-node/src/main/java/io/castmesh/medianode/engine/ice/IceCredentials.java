package io.castmesh.medianode.engine.ice;

import java.security.SecureRandom;

/** User name fragment and password of one side (RFC 8445 section 5.3). */
public record IceCredentials(String ufrag, String password) {
  private static final String ICE_CHARS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  /** At least 24 random bits in the fragment, 128 in the password; ours have 72 and 168. */
  public static IceCredentials random(SecureRandom random) {
    return new IceCredentials(chars(random, 12), chars(random, 28));
  }

  private static String chars(SecureRandom random, int count) {
    StringBuilder text = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      text.append(ICE_CHARS.charAt(random.nextInt(ICE_CHARS.length())));
    }
    return text.toString();
  }
}
