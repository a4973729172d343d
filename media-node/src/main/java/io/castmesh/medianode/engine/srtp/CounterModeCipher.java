package io.castmesh.medianode.engine.srtp;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES_CM_128_HMAC_SHA1_80 (RFC 3711 sections 3 and 4), for peers without AES-GCM. */
final class CounterModeCipher implements PacketCipher {
  private static final int TAG = 10;
  private static final int RTCP_HEADER = 8;
  private static final int RTCP_INDEX = 4;
  private static final int ENCRYPTED_FLAG = 0x80000000;

  private final Cipher cipher;
  private final SecretKeySpec rtpKey;
  private final SecretKeySpec rtcpKey;
  private final byte[] rtpSalt;
  private final byte[] rtcpSalt;
  private final Mac rtpMac;
  private final Mac rtcpMac;
  private final byte[] counter = new byte[16];
  private final byte[] rollover = new byte[4];
  private final byte[] digest = new byte[20];

  CounterModeCipher(SrtpKeys.Master master) {
    KeyDerivation keys = new KeyDerivation(master);
    rtpKey = aes(keys.derive(KeyDerivation.RTP_ENCRYPTION, SrtpProfile.KEY_LENGTH));
    rtcpKey = aes(keys.derive(KeyDerivation.RTCP_ENCRYPTION, SrtpProfile.KEY_LENGTH));
    rtpSalt = Arrays.copyOf(keys.derive(KeyDerivation.RTP_SALT, 14), 16);
    rtcpSalt = Arrays.copyOf(keys.derive(KeyDerivation.RTCP_SALT, 14), 16);
    try {
      cipher = Cipher.getInstance("AES/CTR/NoPadding");
      rtpMac = hmac(keys.derive(KeyDerivation.RTP_AUTHENTICATION, 20));
      rtcpMac = hmac(keys.derive(KeyDerivation.RTCP_AUTHENTICATION, 20));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES and HMAC-SHA1", e);
    }
  }

  private static SecretKeySpec aes(byte[] key) {
    return new SecretKeySpec(key, "AES");
  }

  private static Mac hmac(byte[] key) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA1");
    mac.init(new SecretKeySpec(key, "HmacSHA1"));
    return mac;
  }

  /** RFC 3711 section 4.1.1: salt, SSRC and packet index; the last 16 bits count blocks. */
  private IvParameterSpec counterBlock(byte[] salt, int ssrc, long index) {
    System.arraycopy(salt, 0, counter, 0, 16);
    Bytes.xorInt(counter, 4, ssrc);
    Bytes.xorInt(counter, 8, (int) (index >>> 16));
    Bytes.xorShort(counter, 12, (int) index);
    return new IvParameterSpec(counter);
  }

  /** Leaves the tag at the start of {@link #digest}. */
  private void rtpTag(byte[] packet, int offset, int length, long index)
      throws ShortBufferException {
    Bytes.putInt(rollover, 0, (int) (index >>> 16));
    rtpMac.update(packet, offset, length);
    rtpMac.update(rollover, 0, 4);
    rtpMac.doFinal(digest, 0);
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
    try {
      cipher.init(Cipher.ENCRYPT_MODE, rtpKey, counterBlock(rtpSalt, ssrc, index));
      int length =
          headerLength
              + cipher.doFinal(payload, payloadOffset, payloadLength, out, offset + headerLength);
      rtpTag(out, offset, length, index);
      System.arraycopy(digest, 0, out, offset + length, TAG);
      return length + TAG;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt an RTP packet", e);
    }
  }

  @Override
  public int openRtp(
      byte[] packet, int offset, int length, int headerLength, int ssrc, long index) {
    int clear = length - TAG;
    if (clear < headerLength) {
      return -1;
    }
    try {
      rtpTag(packet, offset, clear, index);
      if (!tagEquals(packet, offset + clear)) {
        return -1;
      }
      cipher.init(Cipher.DECRYPT_MODE, rtpKey, counterBlock(rtpSalt, ssrc, index));
      int body = offset + headerLength;
      cipher.doFinal(packet, body, clear - headerLength, packet, body);
      return clear;
    } catch (GeneralSecurityException e) {
      return -1;
    }
  }

  /** In constant time, so that a forger learns nothing from how long it takes. */
  private boolean tagEquals(byte[] packet, int at) {
    int difference = 0;
    for (int i = 0; i < TAG; i++) {
      difference |= packet[at + i] ^ digest[i];
    }
    return difference == 0;
  }

  @Override
  public int sealRtcp(byte[] packet, int offset, int length, int ssrc, int index) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, rtcpKey, counterBlock(rtcpSalt, ssrc, index));
      int body = offset + RTCP_HEADER;
      cipher.doFinal(packet, body, length - RTCP_HEADER, packet, body);
      Bytes.putInt(packet, offset + length, index | ENCRYPTED_FLAG);
      rtcpMac.update(packet, offset, length + RTCP_INDEX);
      rtcpMac.doFinal(digest, 0);
      System.arraycopy(digest, 0, packet, offset + length + RTCP_INDEX, TAG);
      return length + RTCP_INDEX + TAG;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt an RTCP packet", e);
    }
  }

  @Override
  public int openRtcp(byte[] packet, int offset, int length, int ssrc) {
    int clear = length - RTCP_INDEX - TAG;
    if (clear < RTCP_HEADER || packet[offset + clear] >= 0) {
      return -1; // too short, or not encrypted: we never agreed to that
    }
    try {
      rtcpMac.update(packet, offset, clear + RTCP_INDEX);
      rtcpMac.doFinal(digest, 0);
      if (!tagEquals(packet, offset + clear + RTCP_INDEX)) {
        return -1;
      }
      cipher.init(
          Cipher.DECRYPT_MODE,
          rtcpKey,
          counterBlock(rtcpSalt, ssrc, rtcpIndex(packet, offset, length)));
      int body = offset + RTCP_HEADER;
      cipher.doFinal(packet, body, clear - RTCP_HEADER, packet, body);
      return clear;
    } catch (GeneralSecurityException e) {
      return -1;
    }
  }

  @Override
  public int rtcpIndex(byte[] packet, int offset, int length) {
    return Bytes.getInt(packet, offset + length - TAG - RTCP_INDEX) & 0x7FFFFFFF;
  }
}
