package io.castmesh.medianode.engine.container;

/** Reads single bits, highest first; beyond the end it throws IndexOutOfBoundsException. */
final class BitReader {
  private final byte[] data;
  private final int end;
  private long position;

  BitReader(byte[] data, int offset, int length) {
    this.data = data;
    this.end = offset + length;
    this.position = offset * 8L;
  }

  int bit() {
    int at = (int) (position >> 3);
    if (at >= end) {
      throw new IndexOutOfBoundsException("the header is cut off");
    }
    int value = data[at] >> (7 - (position & 7)) & 1;
    position++;
    return value;
  }

  boolean flag() {
    return bit() == 1;
  }

  int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      value = value << 1 | bit();
    }
    return value;
  }

  void skip(int count) {
    position += count;
  }

  /** Exp-Golomb code (H.264 section 9.1; AV1 calls it uvlc). */
  int exponentialGolomb() {
    int zeros = 0;
    while (!flag()) {
      if (++zeros > 31) {
        throw new IndexOutOfBoundsException("not an Exp-Golomb code");
      }
    }
    return (1 << zeros) - 1 + bits(zeros);
  }

  int signedExponentialGolomb() {
    int code = exponentialGolomb();
    return (code & 1) == 0 ? -(code >> 1) : (code + 1) >> 1;
  }
}
