package io.castmesh.gateway.session;

/** A rate limit: so many a second, and a burst. The clock is passed in, in nanoseconds. */
public final class TokenBucket {
  private final double perNano;
  private final double burst;
  private double tokens;
  private long last;

  public TokenBucket(double perSecond, double burst, long now) {
    this.perNano = perSecond / 1e9;
    this.burst = burst;
    this.tokens = burst;
    this.last = now;
  }

  public boolean take(long now) {
    tokens = Math.min(burst, tokens + (now - last) * perNano);
    last = now;
    if (tokens < 1) {
      return false;
    }
    tokens -= 1;
    return true;
  }

  /** Whether it has not been used for long: it may be forgotten. */
  public boolean full(long now) {
    return tokens + (now - last) * perNano >= burst;
  }
}
