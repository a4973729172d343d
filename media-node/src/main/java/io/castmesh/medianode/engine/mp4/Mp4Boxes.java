package io.castmesh.medianode.engine.mp4;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** A growing buffer of boxes (ISO/IEC 14496-12 section 4.2). */
final class Mp4Boxes {
  private byte[] data;
  private int length;

  Mp4Boxes(int capacity) {
    data = new byte[capacity];
  }

  int length() {
    return length;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(data, length);
  }

  private Mp4Boxes bigEndian(long value, int bytes) {
    if (length + bytes > data.length) {
      data = Arrays.copyOf(data, Math.max(2 * data.length, length + bytes));
    }
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      data[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  Mp4Boxes u8(int value) {
    return bigEndian(value, 1);
  }

  Mp4Boxes u16(int value) {
    return bigEndian(value, 2);
  }

  Mp4Boxes u32(long value) {
    return bigEndian(value, 4);
  }

  Mp4Boxes u64(long value) {
    return bigEndian(value, 8);
  }

  Mp4Boxes zeros(int count) {
    for (int i = 0; i < count; i++) {
      u8(0);
    }
    return this;
  }

  Mp4Boxes text(String ascii) {
    return raw(ascii.getBytes(StandardCharsets.US_ASCII));
  }

  Mp4Boxes raw(byte[] bytes) {
    if (length + bytes.length > data.length) {
      data = Arrays.copyOf(data, Math.max(2 * data.length, length + bytes.length));
    }
    System.arraycopy(bytes, 0, data, length, bytes.length);
    length += bytes.length;
    return this;
  }

  Mp4Boxes box(String type, Consumer<Mp4Boxes> content) {
    int start = length;
    u32(0).text(type);
    content.accept(this);
    patch(start, length - start);
    return this;
  }

  /** A box with a version and flags (section 4.2). */
  Mp4Boxes fullBox(String type, int version, int flags, Consumer<Mp4Boxes> content) {
    return box(type, out -> content.accept(out.u32((long) version << 24 | flags)));
  }

  /** Changes a number that was written before. */
  void patch(int at, int value) {
    for (int i = 0; i < 4; i++) {
      data[at + i] = (byte) (value >>> (24 - 8 * i));
    }
  }
}
