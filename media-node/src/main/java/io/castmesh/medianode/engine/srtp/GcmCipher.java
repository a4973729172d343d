package io.castmesh.medianode.engine.srtp;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AEAD_AES_128_GCM for SRTP and SRTCP (RFC 7714). */
final class GcmCipher implements PacketCipher {
  private static final int TAG = 16;
  private static final int TAG_BITS = 128;
  private static final int RTCP_HEADER = 8;
  private static final int RTCP_INDEX = 4;
  private static final int ENCRYPTED_FLAG = 0x80000000;

  private Cipher cipher;
  private final SecretKeySpec rtpKey;
  private final SecretKeySpec rtcpKey;
  private final byte[] rtpSalt;
  private final byte[] rtcpSalt;
  private final byte[] nonce = new byte[12];

  /** Of the packet that was encrypted last. */
  private int sealedSsrc;

  private long sealedIndex = -1;

  GcmCipher(SrtpKeys.Master master) {
    this(
        new KeyDerivation(master).derive(KeyDerivation.RTP_ENCRYPTION, SrtpProfile.KEY_LENGTH),
        new KeyDerivation(master).derive(KeyDerivation.RTP_SALT, 12),
        new KeyDerivation(master).derive(KeyDerivation.RTCP_ENCRYPTION, SrtpProfile.KEY_LENGTH),
        new KeyDerivation(master).derive(KeyDerivation.RTCP_SALT, 12));
  }

  /** With session keys instead of a master key. */
  GcmCipher(byte[] rtpKey, byte[] rtpSalt, byte[] rtcpKey, byte[] rtcpSalt) {
    this.rtpKey = new SecretKeySpec(rtpKey, "AES");
    this.rtcpKey = new SecretKeySpec(rtcpKey, "AES");
    this.rtpSalt = rtpSalt;
    this.rtcpSalt = rtcpSalt;
    this.cipher = newCipher();
  }

  private static Cipher newCipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM", e);
    }
  }

  /** RFC 7714 section 8.1: zeros, SSRC, rollover counter and sequence number; then the salt. */
  private void rtpNonce(int ssrc, long index) {
    System.arraycopy(rtpSalt, 0, nonce, 0, 12);
    Bytes.xorInt(nonce, 2, ssrc);
    Bytes.xorInt(nonce, 6, (int) (index >>> 16));
    Bytes.xorShort(nonce, 10, (int) index);
  }

  /** RFC 7714 section 9.1. */
  private void rtcpNonce(int ssrc, int index) {
    System.arraycopy(rtcpSalt, 0, nonce, 0, 12);
    Bytes.xorInt(nonce, 2, ssrc);
    Bytes.xorInt(nonce, 8, index);
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
    if (ssrc == sealedSsrc && index == sealedIndex) {
      cipher = newCipher(); // Java's takes no nonce twice in a row, not of a repetition either
    }
    sealedSsrc = ssrc;
    sealedIndex = index;
    rtpNonce(ssrc, index);
    try {
      cipher.init(Cipher.ENCRYPT_MODE, rtpKey, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(out, offset, headerLength);
      return headerLength
          + cipher.doFinal(payload, payloadOffset, payloadLength, out, offset + headerLength);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt an RTP packet", e);
    }
  }

  @Override
  public int openRtp(
      byte[] packet, int offset, int length, int headerLength, int ssrc, long index) {
    if (length < headerLength + TAG) {
      return -1;
    }
    rtpNonce(ssrc, index);
    try {
      cipher.init(Cipher.DECRYPT_MODE, rtpKey, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(packet, offset, headerLength);
      int body = offset + headerLength;
      return headerLength + cipher.doFinal(packet, body, length - headerLength, packet, body);
    } catch (GeneralSecurityException forged) {
      return -1;
    }
  }

  @Override
  public int sealRtcp(byte[] packet, int offset, int length, int ssrc, int index) {
    rtcpNonce(ssrc, index);
    int body = offset + RTCP_HEADER;
    // The index takes part in the authentication and stands behind the tag (section 9.2): it is
    // first written where the tag will be, to be read as associated data.
    Bytes.putInt(packet, offset + length, index | ENCRYPTED_FLAG);
    try {
      cipher.init(Cipher.ENCRYPT_MODE, rtcpKey, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(packet, offset, RTCP_HEADER);
      cipher.updateAAD(packet, offset + length, RTCP_INDEX);
      int sealed = RTCP_HEADER + cipher.doFinal(packet, body, length - RTCP_HEADER, packet, body);
      Bytes.putInt(packet, offset + sealed, index | ENCRYPTED_FLAG);
      return sealed + RTCP_INDEX;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt an RTCP packet", e);
    }
  }

  @Override
  public int openRtcp(byte[] packet, int offset, int length, int ssrc) {
    int sealed = length - RTCP_INDEX;
    if (sealed < RTCP_HEADER + TAG || packet[offset + sealed] >= 0) {
      return -1; // too short, or not encrypted: we never agreed to that
    }
    rtcpNonce(ssrc, rtcpIndex(packet, offset, length));
    int body = offset + RTCP_HEADER;
    try {
      cipher.init(Cipher.DECRYPT_MODE, rtcpKey, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(packet, offset, RTCP_HEADER);
      cipher.updateAAD(packet, offset + sealed, RTCP_INDEX);
      return RTCP_HEADER + cipher.doFinal(packet, body, sealed - RTCP_HEADER, packet, body);
    } catch (GeneralSecurityException forged) {
      return -1;
    }
  }

  @Override
  public int rtcpIndex(byte[] packet, int offset, int length) {
    return Bytes.getInt(packet, offset + length - RTCP_INDEX) & 0x7FFFFFFF;
  }
}
