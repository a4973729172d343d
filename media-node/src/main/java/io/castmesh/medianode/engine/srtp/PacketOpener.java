package io.castmesh.medianode.engine.srtp;

/** What is done to packets that arrive: {@link SrtpReceiver}, or nothing at all. */
public interface PacketOpener {

  /**
   * Checks and decrypts an RTP packet in place.
   *
   * @param headerLength with CSRCs and extensions, already found within the packet
   * @return its length in clear; -1 for a packet that is forged, damaged or a replay
   */
  int openRtp(byte[] packet, int offset, int length, int headerLength);

  /** Checks and decrypts an RTCP packet in place; -1 as above. */
  int openRtcp(byte[] packet, int offset, int length);
}
