package io.castmesh.medianode.engine.srtp;

/** Protects what we send to a peer. The caller counts the packets of each of its streams. */
public final class SrtpSender implements PacketSealer {
  /** Room a caller leaves behind every packet. */
  public static final int MAX_OVERHEAD = PacketCipher.MAX_OVERHEAD;

  private final PacketCipher cipher;
  private int rtcpIndex;

  public SrtpSender(SrtpProfile profile, SrtpKeys.Master master) {
    this.cipher = PacketCipher.create(profile, master);
  }

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
    return cipher.sealRtp(
        payload, payloadOffset, payloadLength, out, offset, headerLength, ssrc, index);
  }

  /** Protects a compound packet in place; its sender SSRC is read from it. */
  @Override
  public int sealRtcp(byte[] packet, int offset, int length) {
    rtcpIndex = (rtcpIndex + 1) & 0x7FFFFFFF;
    return cipher.sealRtcp(packet, offset, length, Bytes.getInt(packet, offset + 4), rtcpIndex);
  }
}
