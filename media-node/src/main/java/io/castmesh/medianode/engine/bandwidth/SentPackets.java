package io.castmesh.medianode.engine.bandwidth;

/** When the latest packets of a transport were sent, by their transport-wide number. */
final class SentPackets {
  /** Several seconds of a good picture. A power of two. */
  private static final int WINDOW = 4096;

  private static final long REPEATED = -1;

  private final long[] sentAt = new long[WINDOW];
  private final int[] sizes = new int[WINDOW];
  private final int[] probes = new int[WINDOW];
  private final boolean[] told = new boolean[WINDOW];
  private long next = 1;

  /**
   * @param probe number of the probe it belongs to; 0 for none
   * @return the number to send along, of which 16 bits travel
   */
  int add(int size, int probe, long now) {
    int at = (int) next & (WINDOW - 1);
    sentAt[at] = now;
    sizes[at] = size;
    probes[at] = probe;
    told[at] = false;
    return (int) next++ & 0xFFFF;
  }

  /** The full number that a peer means; -1 when it is not among the latest. */
  long find(int sequence) {
    long latest = next - 1;
    long number = latest - ((int) latest - sequence & 0xFFFF);
    return number < 1 || number <= latest - WINDOW ? -1 : number;
  }

  long sentAt(long number) {
    return sentAt[(int) number & (WINDOW - 1)];
  }

  /**
   * Whether nobody has told yet that it arrived: with a packet that comes late some peers tell of
   * all since then once more.
   */
  boolean isNews(long number) {
    int at = (int) number & (WINDOW - 1);
    boolean news = !told[at];
    told[at] = true;
    return news;
  }

  /** It went again: nobody knows which of both arrives. */
  void repeated(int sequence) {
    long number = find(sequence);
    if (number >= 0) {
      sentAt[(int) number & (WINDOW - 1)] = REPEATED;
    }
  }

  boolean isRepeated(long number) {
    return sentAt(number) == REPEATED;
  }

  int size(long number) {
    return sizes[(int) number & (WINDOW - 1)];
  }

  int probe(long number) {
    return probes[(int) number & (WINDOW - 1)];
  }
}
