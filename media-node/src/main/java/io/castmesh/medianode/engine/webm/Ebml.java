package io.castmesh.medianode.engine.webm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer of EBML elements (RFC 8794). */
final class Ebml {
  private byte[] data;
  private int length;

  Ebml(int capacity) {
    data = new byte[capacity];
  }

  byte[] data() {
    return data;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(data, length);
  }

  private void ensure(int more) {
    if (length + more > data.length) {
      data = Arrays.copyOf(data, Math.max(data.length * 2, length + more));
    }
  }

  private Ebml bigEndian(long value, int bytes) {
    ensure(bytes);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      data[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** An element id, with its marker bits as the tables print it. */
  Ebml id(int id) {
    int bytes = id >>> 24 != 0 ? 4 : id >>> 16 != 0 ? 3 : id >>> 8 != 0 ? 2 : 1;
    return bigEndian(id & 0xFFFFFFFFL, bytes);
  }

  /** A size in as few bytes as possible. */
  Ebml size(long size) {
    int bytes = 1;
    while (size >= (1L << (7 * bytes)) - 1) {
      bytes++;
    }
    return bigEndian(size | 1L << (7 * bytes), bytes);
  }

  /** A size in eight bytes, to be patched later. */
  Ebml longSize(long size) {
    return bigEndian(size | 1L << 56, 8);
  }

  Ebml unsigned(int id, long value) {
    int bytes = Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 7) / 8);
    return unsigned(id, value, bytes);
  }

  /** In more bytes than it needs. */
  Ebml unsigned(int id, long value, int bytes) {
    return id(id).size(bytes).bigEndian(value, bytes);
  }

  Ebml number(int id, double value) {
    return id(id).size(8).bigEndian(Double.doubleToLongBits(value), 8);
  }

  Ebml text(int id, String value) {
    return binary(id, value.getBytes(StandardCharsets.UTF_8));
  }

  Ebml binary(int id, byte[] value) {
    return id(id).size(value.length).raw(value, 0, value.length);
  }

  Ebml master(int id, Ebml content) {
    return id(id).size(content.length).raw(content.data, 0, content.length);
  }

  Ebml raw(byte[] bytes, int offset, int count) {
    ensure(count);
    System.arraycopy(bytes, offset, data, length, count);
    length += count;
    return this;
  }

  Ebml octet(int value) {
    return bigEndian(value, 1);
  }

  Ebml signedShort(int value) {
    return bigEndian(value & 0xFFFF, 2);
  }

  /** Fills up with a Void element so that exactly {@code total} bytes stand here. */
  Ebml padTo(int total) {
    int missing = total - length;
    if (missing == 0) {
      return this;
    }
    if (missing < 2) {
      throw new IllegalStateException("no room for a Void element");
    }
    id(WebmId.VOID);
    int content;
    if (missing <= 128) {
      content = missing - 2;
      size(content);
    } else {
      content = missing - 9;
      longSize(content);
    }
    ensure(content);
    Arrays.fill(data, length, length + content, (byte) 0);
    length += content;
    return this;
  }
}
