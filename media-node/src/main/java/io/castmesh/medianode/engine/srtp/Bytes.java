package io.castmesh.medianode.engine.srtp;

/** Big-endian numbers in byte arrays. */
final class Bytes {
  private Bytes() {}

  static int getInt(byte[] data, int at) {
    return (data[at] & 0xFF) << 24
        | (data[at + 1] & 0xFF) << 16
        | (data[at + 2] & 0xFF) << 8
        | (data[at + 3] & 0xFF);
  }

  static void putInt(byte[] data, int at, int value) {
    data[at] = (byte) (value >>> 24);
    data[at + 1] = (byte) (value >>> 16);
    data[at + 2] = (byte) (value >>> 8);
    data[at + 3] = (byte) value;
  }

  static void xorInt(byte[] data, int at, int value) {
    putInt(data, at, getInt(data, at) ^ value);
  }

  static void xorShort(byte[] data, int at, int value) {
    data[at] ^= (byte) (value >>> 8);
    data[at + 1] ^= (byte) value;
  }
}
