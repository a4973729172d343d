package io.castmesh.medianode.engine.sdp;

import java.util.Locale;
import java.util.Optional;

/** Who starts the DTLS handshake (RFC 8842 section 5.2). */
public enum Setup {
  ACTPASS,
  ACTIVE,
  PASSIVE;

  public String attribute() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Setup> parse(String value) {
    for (Setup setup : values()) {
      if (setup.attribute().equals(value.trim().toLowerCase(Locale.ROOT))) {
        return Optional.of(setup);
      }
    }
    return Optional.empty();
  }
}
