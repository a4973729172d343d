package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig.PeerLimits;
import java.util.concurrent.TimeUnit;

/**
 * Bounds what one peer can make us do: two buckets, of packets and of bits, that fill as fast as is
 * allowed and hold half a second of it. Owned by the loop.
 */
final class RateGuard {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A peer that keeps on is told of this rarely. */
  private static final long TELL_INTERVAL = TimeUnit.SECONDS.toNanos(10);

  /**
   * Far more than feedback and requests of who misses a tenth of all packets, and ten times what a
   * browser checks that looks for a way.
   */
  private static final int FEW_PACKETS = 500;

  private static final long FEW_BITS = 2_000_000;

  private final PeerLimits limits;
  private final String what;
  private double packets;
  private double bits;
  private long filledAt;
  private long toldAt;

  /** For the media that a peer sends. */
  RateGuard(PeerLimits limits) {
    this(limits, "packets");
  }

  private RateGuard(PeerLimits limits, String what) {
    this.limits = limits;
    this.what = what;
    this.packets = limits.packetsPerSecond() / 2.0;
    this.bits = limits.bitsPerSecond() / 2.0;
  }

  /** For the RTCP among it, of which a little is much work. */
  static RateGuard ofRtcp(PeerLimits limits) {
    return ofFew(limits, "RTCP packets");
  }

  /** For what is no media: a peer that sends too much of that does not lose its way by it. */
  static RateGuard ofChecks(PeerLimits limits) {
    return ofFew(limits, "checks and handshake packets");
  }

  private static RateGuard ofFew(PeerLimits limits, String what) {
    return new RateGuard(
        new PeerLimits(
            limits.peers(),
            Math.min(FEW_PACKETS, limits.packetsPerSecond()),
            Math.min(FEW_BITS, limits.bitsPerSecond())),
        what);
  }

  /** Whether a datagram may be looked at. */
  boolean admit(int bytes, long now) {
    double elapsed = filledAt == 0 ? 0 : (double) (now - filledAt) / SECOND;
    filledAt = now;
    packets =
        Math.min(
            packets + elapsed * limits.packetsPerSecond(),
            Math.max(1, limits.packetsPerSecond() / 2.0));
    bits =
        Math.min(
            bits + elapsed * limits.bitsPerSecond(),
            Math.max(16_000, limits.bitsPerSecond() / 2.0));
    if (packets < 1 || bits < bytes * 8.0) {
      return false;
    }
    packets--;
    bits -= bytes * 8.0;
    return true;
  }

  /** Whether it is time to tell that datagrams are dropped; taken as told. */
  boolean isNews(long now) {
    if (toldAt != 0 && now - toldAt < TELL_INTERVAL) {
      return false;
    }
    toldAt = now;
    return true;
  }

  String reason() {
    return "the peer sends more than %d %s/s or %d kbit/s: the rest is dropped"
        .formatted(limits.packetsPerSecond(), what, limits.bitsPerSecond() / 1000);
  }
}
