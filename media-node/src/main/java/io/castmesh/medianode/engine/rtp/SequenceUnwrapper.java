package io.castmesh.medianode.engine.rtp;

/** Makes 16-bit sequence numbers count on: the nearest number to the latest one is meant. */
public final class SequenceUnwrapper {
  private long highest = -1;

  /** Numbers start at 65536 plus the first one, so that those just before it stay positive. */
  public long unwrap(int sequence) {
    if (highest < 0) {
      highest = 0x10000L + sequence;
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
