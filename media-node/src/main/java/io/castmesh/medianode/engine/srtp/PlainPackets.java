package io.castmesh.medianode.engine.srtp;

/**
 * Leaves packets as they are: RTP without protection (RFC 3551), for networks that are one's own.
 */
public enum PlainPackets implements PacketSealer, PacketOpener {
  INSTANCE;

  @Override
  public int sealRtp(
      byte[] payload,
      int payloadOffset,
      int payloadLength,
      byte[] out,
      int offset,
      int headerLength,
      int ssrc,
      long index) {
    System.arraycopy(payload, payloadOffset, out, offset + headerLength, payloadLength);
    return headerLength + payloadLength;
  }

  @Override
  public int sealRtcp(byte[] packet, int offset, int length) {
    return length;
  }

  @Override
  public int openRtp(byte[] packet, int offset, int length, int headerLength) {
    return length;
  }

  @Override
  public int openRtcp(byte[] packet, int offset, int length) {
    return length;
  }
}
