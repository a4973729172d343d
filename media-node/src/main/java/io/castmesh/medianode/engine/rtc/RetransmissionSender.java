package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.rtp.Rtp;
import java.util.concurrent.TimeUnit;

/**
 * Repeats packets to one peer: as RTX (RFC 4588) or, without it, as they were. Bounded: the same
 * packet not again at once, and not more than {@link #MAX_BYTES_PER_SECOND} altogether, so that
 * NACKs cannot be used to make us flood.
 */
final class RetransmissionSender {
  static final int MAX_BYTES_PER_SECOND = 1_000_000;

  /** A repeated NACK within this time crossed the answer. */
  private static final long MIN_INTERVAL = TimeUnit.MILLISECONDS.toNanos(30);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int REMEMBERED = 256;

  private final int rtxSsrc;
  private final MediaTransport transport;
  private final OutboundHeader header;
  private final EngineCounters counters;
  private final byte[] payload = new byte[2048];
  private final long[] recentSequence = new long[REMEMBERED];
  private final long[] recentAt = new long[REMEMBERED];
  private long rtxSequence = 1;
  private long windowStart;
  private int windowBytes;

  RetransmissionSender(
      int rtxSsrc, MediaTransport transport, OutboundHeader header, EngineCounters counters) {
    this.header = header;
    this.rtxSsrc = rtxSsrc;
    this.transport = transport;
    this.counters = counters;
  }

  boolean allow(long sequence, int length, long now) {
    if (now - windowStart > SECOND) {
      windowStart = now;
      windowBytes = 0;
    }
    int at = (int) (sequence % REMEMBERED);
    boolean justSent = recentSequence[at] == sequence && now - recentAt[at] < MIN_INTERVAL;
    if (justSent || windowBytes + length > MAX_BYTES_PER_SECOND) {
      return false;
    }
    windowBytes += length;
    recentSequence[at] = sequence;
    recentAt[at] = now;
    return true;
  }

  /**
   * As RTX: the original sequence number, then the original payload.
   *
   * @param extension id of the transport-wide number; 0 for none
   */
  void send(OutboundPacket p, int rtxPayloadType, int extension) {
    int length = p.source.length() + OutboundPacket.RTX_HEADER;
    Rtp.putShort(payload, 0, (int) p.sequence);
    System.arraycopy(p.payload, 0, payload, OutboundPacket.RTX_HEADER, p.source.length());
    long sequence = rtxSequence++;
    header.write(p, extension, p.source.marker(), rtxPayloadType, sequence, rtxSsrc, length);
    p.length =
        transport.srtp().sealRtp(payload, 0, length, p.data, 0, p.headerLength, rtxSsrc, sequence);
    sendAgain(p);
  }

  /** A finished packet: bit by bit what was sent before, so the same key stream does no harm. */
  void sendAgain(OutboundPacket p) {
    if (transport.send(p.data, p.length)) {
      counters.packetsRetransmitted.increment();
    }
  }
}
