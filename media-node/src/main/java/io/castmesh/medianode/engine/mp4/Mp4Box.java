package io.castmesh.medianode.engine.mp4;

import java.nio.charset.StandardCharsets;

/** The content of a box in memory, read from front to back. Beyond its end there are zeros. */
final class Mp4Box {
  private final byte[] data;
  private int position;
  private final int end;

  Mp4Box(byte[] content) {
    this(content, 0, content.length);
  }

  private Mp4Box(byte[] data, int start, int end) {
    this.data = data;
    this.position = start;
    this.end = end;
  }

  boolean hasMore() {
    return position < end;
  }

  int u8() {
    return position < end ? data[position++] & 0xFF : 0;
  }

  int u16() {
    return u8() << 8 | u8();
  }

  long u32() {
    return (long) u16() << 16 | u16();
  }

  long u64() {
    return u32() << 32 | u32();
  }

  Mp4Box skip(int bytes) {
    position = (int) Math.min(end, (long) position + bytes);
    return this;
  }

  byte[] rest() {
    byte[] rest = java.util.Arrays.copyOfRange(data, position, end);
    position = end;
    return rest;
  }

  /** Takes one child box. */
  interface Child {
    void box(String type, Mp4Box content);
  }

  /** Goes through the boxes in here; one that is cut off ends it. */
  void forEach(Child child) {
    while (position + 8 <= end) {
      int start = position;
      long size = u32();
      String type = new String(data, position, 4, StandardCharsets.ISO_8859_1);
      if (size < 8 || start + size > end) {
        return;
      }
      int stop = (int) (start + size);
      child.box(type, new Mp4Box(data, start + 8, stop));
      position = stop;
    }
  }
}
