package io.castmesh.medianode.engine.loop;

import java.util.Arrays;

/**
 * What waits to be written to one TCP connection, framed (RFC 4571 section 2). Bounded: the last
 * part of it is kept for what a call cannot do without, so that a peer that reads too slowly loses
 * pictures before it loses sound. Owned by the loop.
 */
final class FrameQueue {
  /** About two seconds of 1 Mbit/s. */
  static final int CAPACITY = 256 << 10;

  /** More than a second of sound and feedback lies between. */
  static final int FOR_EXPENDABLE = CAPACITY - (64 << 10);

  private static final int HEADER = 2;

  /** A queue that had to grow goes back to this when it has run empty. */
  private static final int SMALL = 8 << 10;

  private byte[] bytes = new byte[SMALL];
  private int head;
  private int tail;

  /** Whether it was taken. */
  boolean offer(byte[] data, int offset, int length, boolean expendable) {
    int after = length() + HEADER + length;
    if (after > (expendable ? FOR_EXPENDABLE : CAPACITY)) {
      return false;
    }
    makeRoom(HEADER + length);
    bytes[tail++] = (byte) (length >>> 8);
    bytes[tail++] = (byte) length;
    System.arraycopy(data, offset, bytes, tail, length);
    tail += length;
    return true;
  }

  private void makeRoom(int count) {
    if (tail + count <= bytes.length) {
      return;
    }
    int waiting = length();
    byte[] to = bytes;
    if (waiting + count > bytes.length) {
      to = new byte[Math.min(CAPACITY, Math.max(2 * bytes.length, waiting + count))];
    }
    System.arraycopy(bytes, head, to, 0, waiting);
    bytes = to;
    head = 0;
    tail = waiting;
  }

  boolean isEmpty() {
    return head == tail;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes} the next one to write is. */
  int head() {
    return head;
  }

  int length() {
    return tail - head;
  }

  /** They are written. */
  void skip(int count) {
    head += count;
    if (head == tail) {
      head = 0;
      tail = 0;
      if (bytes.length > SMALL) {
        bytes = Arrays.copyOf(bytes, SMALL);
      }
    }
  }
}
