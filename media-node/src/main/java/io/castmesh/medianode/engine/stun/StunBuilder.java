package io.castmesh.medianode.engine.stun;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Writes one STUN message (RFC 8489). Used once, by one thread. */
public final class StunBuilder {
  /** No message of ours comes near this. */
  private static final int CAPACITY = 1024;

  private final ByteBuffer out = ByteBuffer.allocate(CAPACITY);

  /**
   * @param type for instance {@link StunMessage#BINDING_REQUEST}
   * @param transactionId 12 bytes: random for a request, the request's for a response
   */
  public StunBuilder(int type, byte[] transactionId) {
    if (transactionId.length != 12) {
      throw new IllegalArgumentException("a transaction id has 12 bytes");
    }
    out.putShort((short) type);
    out.putShort((short) 0);
    out.putInt(StunType.MAGIC_COOKIE);
    out.put(transactionId);
  }

  public StunBuilder username(String username) {
    return attribute(StunType.USERNAME, username.getBytes(StandardCharsets.UTF_8));
  }

  public StunBuilder priority(long priority) {
    return attribute(StunType.PRIORITY, ByteBuffer.allocate(4).putInt((int) priority).array());
  }

  public StunBuilder useCandidate() {
    return attribute(StunType.USE_CANDIDATE, new byte[0]);
  }

  public StunBuilder iceControlling(long tieBreaker) {
    return attribute(StunType.ICE_CONTROLLING, ByteBuffer.allocate(8).putLong(tieBreaker).array());
  }

  public StunBuilder iceControlled(long tieBreaker) {
    return attribute(StunType.ICE_CONTROLLED, ByteBuffer.allocate(8).putLong(tieBreaker).array());
  }

  public StunBuilder xorMappedAddress(InetSocketAddress address) {
    byte[] host = address.getAddress().getAddress();
    xorAddress(host, out.array());
    ByteBuffer value = ByteBuffer.allocate(4 + host.length);
    value.put((byte) 0).put((byte) (host.length == 4 ? 1 : 2));
    value.putShort((short) (address.getPort() ^ (StunType.MAGIC_COOKIE >>> 16)));
    return attribute(StunType.XOR_MAPPED_ADDRESS, value.put(host).array());
  }

  public StunBuilder errorCode(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    ByteBuffer value = ByteBuffer.allocate(4 + text.length);
    value.putShort((short) 0).put((byte) (code / 100)).put((byte) (code % 100)).put(text);
    return attribute(StunType.ERROR_CODE, value.array());
  }

  private StunBuilder attribute(int type, byte[] value) {
    out.putShort((short) type).putShort((short) value.length).put(value);
    out.put(new byte[-value.length & 3]);
    return this;
  }

  /** Adds MESSAGE-INTEGRITY with this key, then FINGERPRINT. */
  public byte[] build(byte[] key) {
    out.putShort(2, (short) (out.position() + 24 - StunType.HEADER_LENGTH));
    attribute(StunType.MESSAGE_INTEGRITY, hmac(key, out.array(), out.position()));
    return build();
  }

  /** Adds FINGERPRINT only: for errors towards somebody who proved nothing. */
  public byte[] build() {
    out.putShort(2, (short) (out.position() + 8 - StunType.HEADER_LENGTH));
    CRC32 crc = new CRC32();
    crc.update(out.array(), 0, out.position());
    int fingerprint = (int) crc.getValue() ^ StunType.FINGERPRINT_XOR;
    attribute(StunType.FINGERPRINT, ByteBuffer.allocate(4).putInt(fingerprint).array());
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Applies magic cookie and transaction id, as they stand in the header, to an address. */
  static void xorAddress(byte[] address, byte[] header) {
    for (int i = 0; i < address.length; i++) {
      address[i] ^= header[4 + i];
    }
  }

  static byte[] hmac(byte[] key, byte[] data, int length) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(key, "HmacSHA1"));
      mac.update(data, 0, length);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA1", e);
    }
  }
}
