package io.castmesh.medianode.engine.dtls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A certificate's hash as SDP carries it (RFC 8122 section 5).
 *
 * @param algorithm the SDP name in lower case: sha-256, sha-384 or sha-512
 */
@SuppressWarnings("ArrayRecordComponent") // compared by matches() only
public record Fingerprint(String algorithm, byte[] hash) {
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":").withUpperCase();

  /** Reads {@code sha-256 AB:CD:...}; empty when it is not one, or of a broken hash. */
  public static Optional<Fingerprint> parse(String attribute) {
    String[] parts = attribute.trim().split("\\s+");
    if (parts.length != 2) {
      return Optional.empty();
    }
    String algorithm = parts[0].toLowerCase(Locale.ROOT);
    int expected =
        switch (algorithm) {
          case "sha-256" -> 32;
          case "sha-384" -> 48;
          case "sha-512" -> 64;
          default -> -1;
        };
    try {
      byte[] hash = COLONS.parseHex(parts[1].toUpperCase(Locale.ROOT));
      return hash.length == expected
          ? Optional.of(new Fingerprint(algorithm, hash))
          : Optional.empty();
    } catch (IllegalArgumentException notHex) {
      return Optional.empty();
    }
  }

  /** The SHA-256 fingerprint of a certificate in DER. */
  public static Fingerprint of(byte[] certificate) {
    return new Fingerprint("sha-256", digest("sha-256", certificate));
  }

  public boolean matches(byte[] certificate) {
    return MessageDigest.isEqual(hash, digest(algorithm, certificate));
  }

  private static byte[] digest(String algorithm, byte[] data) {
    try {
      return MessageDigest.getInstance(algorithm.toUpperCase(Locale.ROOT)).digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-2", e);
    }
  }

  @Override
  public String toString() {
    return algorithm + " " + COLONS.formatHex(hash);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint f
        && algorithm.equals(f.algorithm)
        && Arrays.equals(hash, f.hash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }
}
