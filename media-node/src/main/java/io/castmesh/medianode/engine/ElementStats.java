package io.castmesh.medianode.engine;

import java.util.List;

/**
 * What an element has received and sent, per RTP stream.
 *
 * @param timestampMillis Unix time
 */
public record ElementStats(long timestampMillis, List<Stream> inbound, List<Stream> outbound) {

  /**
   * Cumulative counters of one stream (W3C webrtc-stats names).
   *
   * @param jitterSeconds inbound: ours (RFC 3550); outbound: what the peer reports
   * @param packetsLost inbound: ours; outbound: what the peer reports
   * @param roundTripSeconds from RTCP, 0 while unknown
   */
  public record Stream(
      MediaKind kind,
      long ssrc,
      long packets,
      long bytes,
      long packetsLost,
      double jitterSeconds,
      double roundTripSeconds,
      long nackCount,
      long pliCount,
      long firCount,
      long remb) {}
}
