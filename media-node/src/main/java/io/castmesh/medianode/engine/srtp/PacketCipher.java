package io.castmesh.medianode.engine.srtp;

/**
 * Protects or unprotects single packets with the session keys of one direction. Knows no packet
 * formats beyond the header length it is told, and keeps no state between packets.
 */
interface PacketCipher {
  /** What one of the ciphers may add to a packet at most: tag and SRTCP index. */
  int MAX_OVERHEAD = 20;

  static PacketCipher create(SrtpProfile profile, SrtpKeys.Master master) {
    return switch (profile) {
      case AEAD_AES_128_GCM -> new GcmCipher(master);
      case AES128_CM_HMAC_SHA1_80 -> new CounterModeCipher(master);
    };
  }

  /**
   * Encrypts a payload to stand behind the header that is already in {@code out}.
   *
   * @param index 48 bits: rollover counter and sequence number
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

  /**
   * Checks and decrypts in place.
   *
   * @return length of the packet in clear, or -1 when it is forged or damaged
   */
  int openRtp(byte[] packet, int offset, int length, int headerLength, int ssrc, long index);

  /** Encrypts a compound RTCP packet in place; the array must have room for the overhead. */
  int sealRtcp(byte[] packet, int offset, int length, int ssrc, int index);

  /** Checks and decrypts an SRTCP packet in place; -1 when it is forged or damaged. */
  int openRtcp(byte[] packet, int offset, int length, int ssrc);

  /** The 31-bit index a protected SRTCP packet carries; only after a length check. */
  int rtcpIndex(byte[] packet, int offset, int length);
}
