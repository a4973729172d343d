package io.castmesh.medianode.engine.sdp;

import java.util.Locale;
import java.util.Optional;

/** A media direction as its description's author sees it (RFC 8866 section 6.7). */
public enum Direction {
  SENDRECV(true, true),
  SENDONLY(true, false),
  RECVONLY(false, true),
  INACTIVE(false, false);

  private final boolean sends;
  private final boolean receives;

  Direction(boolean sends, boolean receives) {
    this.sends = sends;
    this.receives = receives;
  }

  public boolean sends() {
    return sends;
  }

  public boolean receives() {
    return receives;
  }

  /** The same flow seen from the other side. */
  public Direction mirrored() {
    return switch (this) {
      case SENDONLY -> RECVONLY;
      case RECVONLY -> SENDONLY;
      default -> this;
    };
  }

  public String attribute() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Direction> parse(String attribute) {
    for (Direction direction : values()) {
      if (direction.attribute().equals(attribute)) {
        return Optional.of(direction);
      }
    }
    return Optional.empty();
  }
}
