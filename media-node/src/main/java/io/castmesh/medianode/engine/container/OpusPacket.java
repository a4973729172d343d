package io.castmesh.medianode.engine.container;

/** What an Opus packet tells of itself (RFC 6716 section 3), in samples at 48 kHz. */
public final class OpusPacket {
  public static final int SAMPLES_PER_MILLI = 48;

  private static final int MAX_SAMPLES = 120 * SAMPLES_PER_MILLI;
  private static final int USUAL_SAMPLES = 20 * SAMPLES_PER_MILLI;
  private static final int FRAMES_ARE_COUNTED = 3;
  private static final int COUNT = 0x3F;

  private OpusPacket() {}

  /** How long it lasts; 0 when it cannot be one. */
  public static int samples(byte[] packet) {
    if (packet.length == 0) {
      return 0;
    }
    int frames =
        switch (packet[0] & 3) {
          case 0 -> 1;
          case FRAMES_ARE_COUNTED -> packet.length > 1 ? packet[1] & COUNT : 0;
          default -> 2;
        };
    int samples = frames * samplesOfFrame(packet[0]);
    return samples <= MAX_SAMPLES ? samples : 0;
  }

  /** Table 2. */
  private static int samplesOfFrame(byte toc) {
    int config = (toc & 0xFF) >> 3;
    if (config >= 16) { // CELT: 2.5, 5, 10, 20 ms
      return 120 << (config & 3);
    }
    if (config >= 12) { // both: 10, 20 ms
      return 480 << (config & 1);
    }
    return (config & 3) == 3 ? 2880 : 480 << (config & 3); // SILK: 10, 20, 40, 60 ms
  }

  /**
   * A packet without sound that goes on where another one ended: decoders conceal what is missing,
   * as they do for a packet that was lost (frames of no bytes, section 3.2.1).
   *
   * @param before the first byte of the packet before
   * @return 20 ms, or one frame where frames are longer
   */
  public static byte[] missing(byte before) {
    int toc = before & ~3;
    int frames = USUAL_SAMPLES / samplesOfFrame(before);
    return frames <= 1
        ? new byte[] {(byte) toc}
        : new byte[] {(byte) (toc | FRAMES_ARE_COUNTED), (byte) frames};
  }
}
