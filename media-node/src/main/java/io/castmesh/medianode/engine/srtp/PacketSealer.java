package io.castmesh.medianode.engine.srtp;

/** What is done to packets before they leave: {@link SrtpSender}, or nothing at all. */
public interface PacketSealer {

  /**
   * Completes a packet whose header stands in {@code out}: the payload is taken from where it is,
   * so that many viewers can share it.
   *
   * @param index rollover counter and sequence number, 48 bits; the same index is never used for
   *     different packets of one stream
   * @return length of the whole packet
   */
  int sealRtp(
      byte[] payload,
      int payloadOffset,
      int payloadLength,
      byte[] out,
      int offset,
      int headerLength,
      int ssrc,
      long index);

  /** Protects a compound packet in place; returns its length. */
  int sealRtcp(byte[] packet, int offset, int length);
}
