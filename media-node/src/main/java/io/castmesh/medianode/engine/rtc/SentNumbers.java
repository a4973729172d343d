package io.castmesh.medianode.engine.rtc;

/**
 * With which transport-wide numbers the latest packets of a stream were sent: who repeats them as
 * they were needs the same ones. Owned by the loop.
 */
final class SentNumbers {
  static final int NONE = -1;

  /** As many as the history of a source holds. A power of two. */
  private static final int REMEMBERED = 1024;

  private final long[] sequences = new long[REMEMBERED];
  private final int[] numbers = new int[REMEMBERED];

  /**
   * @param sequence of the stream, positive
   */
  void add(long sequence, int number) {
    int at = (int) sequence & (REMEMBERED - 1);
    sequences[at] = sequence;
    numbers[at] = number;
  }

  /** {@link #NONE} when it is forgotten. */
  int of(long sequence) {
    int at = (int) sequence & (REMEMBERED - 1);
    return sequences[at] == sequence ? numbers[at] : NONE;
  }
}
