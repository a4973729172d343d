package io.castmesh.medianode.engine.codec;

/**
 * What an H.264 stream's fmtp says of its decoder (RFC 6184 section 8.1). Levels are left out: they
 * limit what a receiver asks for, and a sender that is asked for less cannot be told apart.
 *
 * @param packetizationMode 0 single NAL units only, 1 aggregates and fragments too
 */
record H264Profile(Kind kind, int packetizationMode) {
  /** Above anything that differs in its profile. */
  private static final int SAME = 4;

  /** In the order in which a decoder of one understands those before it. */
  enum Kind {
    CONSTRAINED_BASELINE,
    BASELINE,
    MAIN,
    CONSTRAINED_HIGH,
    HIGH,
    OTHER
  }

  /** When nothing is said, Baseline in mode 0 is meant (section 8.1). */
  static H264Profile of(MediaFormat format) {
    String mode = format.parameter("packetization-mode", "0");
    return new H264Profile(
        kind(format.parameter("profile-level-id", "420010")), mode.equals("1") ? 1 : 0);
  }

  private static Kind kind(String profileLevelId) {
    int value;
    try {
      value = Integer.parseInt(profileLevelId, 16);
    } catch (NumberFormatException garbage) {
      return Kind.OTHER;
    }
    int constraints = value >>> 8 & 0xFF;
    return switch (value >>> 16) {
      case 0x42 -> (constraints & 0x40) != 0 ? Kind.CONSTRAINED_BASELINE : Kind.BASELINE;
      case 0x4D -> (constraints & 0x80) != 0 ? Kind.CONSTRAINED_BASELINE : Kind.MAIN;
      case 0x58 -> (constraints & 0xC0) == 0xC0 ? Kind.CONSTRAINED_BASELINE : Kind.OTHER;
      case 0x64 -> (constraints & 0x0C) == 0x0C ? Kind.CONSTRAINED_HIGH : Kind.HIGH;
      default -> Kind.OTHER;
    };
  }

  /** See {@link MediaFormat#fitness}. */
  int fitness(H264Profile stream) {
    if (stream.packetizationMode > packetizationMode) {
      return 0;
    }
    int profile = profileFitness(stream.kind);
    return profile == 0 ? 0 : 2 * profile + (packetizationMode == stream.packetizationMode ? 1 : 0);
  }

  private int profileFitness(Kind stream) {
    if (stream == kind) {
      return kind == Kind.OTHER ? 0 : SAME;
    }
    return switch (stream) {
      // What plain Baseline has beyond the constrained one, nobody's encoder uses.
      case CONSTRAINED_BASELINE, BASELINE -> kind == Kind.OTHER ? 0 : SAME - 1;
      case MAIN -> kind == Kind.HIGH ? SAME - 1 : 0;
      case CONSTRAINED_HIGH -> kind == Kind.HIGH ? SAME - 1 : 0;
      default -> 0;
    };
  }
}
