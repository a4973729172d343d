package io.castmesh.call.state;

import java.util.Locale;

/** Where a call is in its life. */
public enum Phase {
  RINGING,
  ACCEPTED,
  ENDED;

  /** As clients see it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
