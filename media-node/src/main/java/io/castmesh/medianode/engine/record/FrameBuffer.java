package io.castmesh.medianode.engine.record;

import java.util.Arrays;

/** Takes in the parts of one frame; its first guess of the size is nearly always enough. */
final class FrameBuffer {
  private byte[] data;
  private int length;

  FrameBuffer(Depacketizer.Packets packets) {
    int size = 16;
    for (int i = 0; i < packets.count(); i++) {
      size += packets.length(i) + 4;
    }
    data = new byte[size];
  }

  private void ensure(int more) {
    if (length + more > data.length) {
      data = Arrays.copyOf(data, Math.max(2 * data.length, length + more));
    }
  }

  void put(byte[] from, int offset, int count) {
    ensure(count);
    System.arraycopy(from, offset, data, length, count);
    length += count;
  }

  void octet(int value) {
    ensure(1);
    data[length++] = (byte) value;
  }

  /** Big-endian, at a place that was written before. */
  void patchInt(int at, int value) {
    for (int i = 0; i < 4; i++) {
      data[at + i] = (byte) (value >>> (24 - 8 * i));
    }
  }

  void clear() {
    length = 0;
  }

  /** The first {@link #length} bytes are what was put in. */
  byte[] data() {
    return data;
  }

  int length() {
    return length;
  }

  byte[] toByteArray() {
    return length == data.length ? data : Arrays.copyOf(data, length);
  }
}
