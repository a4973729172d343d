package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.bandwidth.BandwidthEstimate;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.srtp.SrtpSender;

/**
 * Writes the RTP headers of all packets to one peer, with a transport-wide number when that was
 * agreed on. Owned by the loop.
 */
final class OutboundHeader {
  /** IPv4 and UDP. */
  private static final int DATAGRAM_OVERHEAD = 28;

  private static final int OVERHEAD =
      DATAGRAM_OVERHEAD + Rtp.FIXED_HEADER + OutboundPacket.EXTENSION + SrtpSender.MAX_OVERHEAD;

  private final BandwidthEstimate estimate;
  private boolean probing;

  OutboundHeader(BandwidthEstimate estimate) {
    this.estimate = estimate;
  }

  /** How often to send what was asked for again. */
  int repetitions() {
    return estimate.areRepairsLost() ? 2 : 1;
  }

  /** What follows belongs to a probe, or does not. */
  void probing(boolean now) {
    probing = now;
  }

  /**
   * @param extension id of the transport-wide number; 0 for none
   * @param payloadLength of what follows the header
   * @return the transport-wide number; without meaning when there is none
   */
  int write(
      OutboundPacket p,
      int extension,
      boolean marker,
      int payloadType,
      long sequence,
      int ssrc,
      int payloadLength) {
    int number = extension == 0 ? 0 : estimate.onSend(OVERHEAD + payloadLength, probing, p.now);
    put(p, extension, marker, payloadType, sequence, ssrc, number);
    return number;
  }

  /**
   * The same header once more, bit by bit.
   *
   * @param number that the packet was sent with
   */
  void writeAgain(
      OutboundPacket p,
      int extension,
      boolean marker,
      int payloadType,
      long sequence,
      int ssrc,
      int number) {
    if (extension != 0) {
      estimate.onSendAgain(number);
    }
    put(p, extension, marker, payloadType, sequence, ssrc, number);
  }

  private static void put(
      OutboundPacket p,
      int extension,
      boolean marker,
      int payloadType,
      long sequence,
      int ssrc,
      int number) {
    boolean numbered = extension != 0;
    Rtp.writeHeader(p.data, 0, numbered, marker, payloadType, (int) sequence, p.timestamp, ssrc);
    p.headerLength = Rtp.FIXED_HEADER;
    if (numbered) {
      p.headerLength += OutboundPacket.EXTENSION;
      Rtp.putShort(p.data, Rtp.FIXED_HEADER, 0xBEDE);
      Rtp.putShort(p.data, Rtp.FIXED_HEADER + 2, 1);
      p.data[Rtp.FIXED_HEADER + 4] = (byte) (extension << 4 | 1);
      Rtp.putShort(p.data, Rtp.FIXED_HEADER + 5, number);
      p.data[Rtp.FIXED_HEADER + 7] = 0;
    }
  }
}
