package io.castmesh.medianode.engine.rtp;

/** Makes 16-bit sequence numbers count on: the nearest number to the latest one is meant. */
public final class SequenceUnwrapper {
  /** What the first number is raised by, so that those just before it stay positive. */
  public static final long BASE = 0x10000;

  private long highest = -1;

  public long unwrap(int sequence) {
    if (highest < 0) {
      highest = BASE + sequence;
      return highest;
    }
    long unwrapped = highest + (short) (sequence - (int) highest);
    highest = Math.max(highest, unwrapped);
    return unwrapped;
  }

  /** The highest so far, or -1 before the first. */
  public long highest() {
    return highest;
  }
}
