package io.castmesh.medianode.engine.play;

/** Cuts something long into pieces of nearly equal size, so that none is left over small. */
final class Pieces {
  private Pieces() {}

  /** Takes one piece. */
  interface Taker {
    void piece(int at, int size, boolean first, boolean last);
  }

  /**
   * @param overhead bytes that stand before each piece
   */
  static void cut(int offset, int length, int overhead, Taker taker) {
    int count = Math.max(1, (length - 1) / (Packetizer.MAX_PAYLOAD - overhead) + 1);
    int done = 0;
    for (int i = 0; i < count; i++) {
      int end = (int) ((long) length * (i + 1) / count);
      taker.piece(offset + done, end - done, i == 0, i == count - 1);
      done = end;
    }
  }
}
