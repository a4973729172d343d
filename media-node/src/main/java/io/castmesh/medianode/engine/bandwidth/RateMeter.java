package io.castmesh.medianode.engine.bandwidth;

import java.util.concurrent.TimeUnit;

/**
 * Bits per second over the last half second or so, in ten pieces. What comes with an earlier time
 * counts with the newest.
 */
public final class RateMeter {
  private static final int PIECES = 10;
  private static final long PIECE = TimeUnit.MILLISECONDS.toNanos(50);

  private final long[] bytes = new long[PIECES];
  private long piece = -1;
  private long begunAt = -1;
  private long sum;

  public void add(int count, long now) {
    advance(now);
    if (begunAt < 0) {
      begunAt = now;
    }
    bytes[(int) (piece % PIECES)] += count;
    sum += count;
  }

  private void advance(long now) {
    long current = now / PIECE;
    if (piece < 0 || current - piece >= PIECES) {
      java.util.Arrays.fill(bytes, 0);
      sum = 0;
      begunAt = piece < 0 ? begunAt : -1;
      piece = current;
      return;
    }
    while (piece < current) {
      piece++;
      int at = (int) (piece % PIECES);
      sum -= bytes[at];
      bytes[at] = 0;
    }
  }

  /** 0 when nothing came lately. */
  public long bitsPerSecond(long now) {
    if (piece < 0) {
      return 0;
    }
    advance(now);
    if (sum == 0) {
      begunAt = -1;
      return 0;
    }
    long window = Math.min(PIECES * PIECE, Math.max(3 * PIECE, now - begunAt));
    return sum * 8 * TimeUnit.SECONDS.toNanos(1) / window;
  }
}
