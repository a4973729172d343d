package io.castmesh.medianode.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Several datagrams in one input: two bytes of length before each. */
public final class Chunks {
  private static final int MOST = 1500;

  private Chunks() {}

  public static List<byte[]> of(byte[] data) {
    List<byte[]> chunks = new ArrayList<>();
    int at = 0;
    while (at + 2 <= data.length) {
      int wanted = ((data[at] & 0xFF) << 8 | (data[at + 1] & 0xFF)) % MOST;
      int end = Math.min(data.length, at + 2 + wanted);
      chunks.add(Arrays.copyOfRange(data, at + 2, end));
      at = end;
    }
    return chunks;
  }

  /** The input that gives these. */
  static byte[] join(byte[]... chunks) {
    int length = Arrays.stream(chunks).mapToInt(chunk -> chunk.length + 2).sum();
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] chunk : chunks) {
      joined[at++] = (byte) (chunk.length >>> 8);
      joined[at++] = (byte) chunk.length;
      System.arraycopy(chunk, 0, joined, at, chunk.length);
      at += chunk.length;
    }
    return joined;
  }

  /** The same behind some bytes that are none of them. */
  static byte[] behind(byte[] start, byte[]... chunks) {
    byte[] joined = join(chunks);
    byte[] all = Arrays.copyOf(start, start.length + joined.length);
    System.arraycopy(joined, 0, all, start.length, joined.length);
    return all;
  }
}
