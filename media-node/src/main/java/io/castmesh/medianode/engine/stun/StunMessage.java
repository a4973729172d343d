package io.castmesh.medianode.engine.stun;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One received STUN message (RFC 8489 section 5). Immutable: it holds its own copy of the bytes.
 *
 * <p>Nothing here is trusted until {@link #hasIntegrity} has said so. Attributes after
 * MESSAGE-INTEGRITY, FINGERPRINT excepted, are skipped as section 14.5 demands.
 */
public final class StunMessage {
  /** Method Binding, class request. */
  public static final int BINDING_REQUEST = 0x0001;

  public static final int BINDING_INDICATION = 0x0011;
  public static final int BINDING_SUCCESS = 0x0101;
  public static final int BINDING_ERROR = 0x0111;

  private static final int ABSENT = -1;

  private final ByteBuffer message;
  private int username = ABSENT;
  private int usernameLength;
  private int integrity = ABSENT;
  private int fingerprint = ABSENT;
  private int errorCode = ABSENT;
  private int mappedAddress = ABSENT;
  private int mappedAddressLength;
  private int priority = ABSENT;
  private int controlled = ABSENT;
  private int controlling = ABSENT;
  private boolean useCandidate;

  private StunMessage(byte[] bytes) {
    this.message = ByteBuffer.wrap(bytes);
  }

  /** Reads a message; empty when the bytes are not a well-formed STUN message. */
  public static Optional<StunMessage> parse(byte[] data, int offset, int length) {
    if (length < StunType.HEADER_LENGTH
        || (length & 3) != 0
        || offset < 0
        || offset + length > data.length) {
      return Optional.empty();
    }
    StunMessage parsed = new StunMessage(Arrays.copyOfRange(data, offset, offset + length));
    ByteBuffer in = parsed.message;
    boolean headerFits =
        (in.get(0) & 0xC0) == 0
            && in.getInt(4) == StunType.MAGIC_COOKIE
            && (in.getShort(2) & 0xFFFF) == length - StunType.HEADER_LENGTH;
    return headerFits && parsed.readAttributes() ? Optional.of(parsed) : Optional.empty();
  }

  private boolean readAttributes() {
    int at = StunType.HEADER_LENGTH;
    int end = message.limit();
    while (at < end) {
      if (at + 4 > end) {
        return false;
      }
      int type = message.getShort(at) & 0xFFFF;
      int length = message.getShort(at + 2) & 0xFFFF;
      int value = at + 4;
      if (value + length > end || fingerprint != ABSENT) {
        return false;
      }
      if (!readAttribute(type, value, length)) {
        return false;
      }
      at = value + ((length + 3) & ~3);
    }
    return true;
  }

  private boolean readAttribute(int type, int value, int length) {
    if (type == StunType.FINGERPRINT) {
      fingerprint = value;
      return length == 4;
    }
    if (integrity != ABSENT) {
      return true;
    }
    switch (type) {
      case StunType.USERNAME -> {
        username = value;
        usernameLength = length;
        return length <= 513;
      }
      case StunType.MESSAGE_INTEGRITY -> {
        integrity = value;
        return length == 20;
      }
      case StunType.ERROR_CODE -> {
        errorCode = value;
        return length >= 4;
      }
      case StunType.XOR_MAPPED_ADDRESS -> {
        mappedAddress = value;
        mappedAddressLength = length;
        return length == 8 || length == 20;
      }
      case StunType.PRIORITY -> {
        priority = value;
        return length == 4;
      }
      case StunType.ICE_CONTROLLED -> {
        controlled = value;
        return length == 8;
      }
      case StunType.ICE_CONTROLLING -> {
        controlling = value;
        return length == 8;
      }
      case StunType.USE_CANDIDATE -> {
        useCandidate = true;
        return length == 0;
      }
      default -> {
        return true;
      }
    }
  }

  /** Method and class, for instance {@link #BINDING_REQUEST}. */
  public int type() {
    return message.getShort(0) & 0xFFFF;
  }

  /** The 96 bits that tie a response to its request. */
  public byte[] transactionId() {
    return Arrays.copyOfRange(message.array(), 8, StunType.HEADER_LENGTH);
  }

  public Optional<String> username() {
    return username == ABSENT
        ? Optional.empty()
        : Optional.of(
            new String(message.array(), username, usernameLength, StandardCharsets.UTF_8));
  }

  /** The PRIORITY attribute (RFC 8445 section 7.1.1); 0 when absent. */
  public long priority() {
    return priority == ABSENT ? 0 : message.getInt(priority) & 0xFFFFFFFFL;
  }

  public boolean useCandidate() {
    return useCandidate;
  }

  /** The sender takes itself for the controlled agent. */
  public boolean iceControlled() {
    return controlled != ABSENT;
  }

  public boolean iceControlling() {
    return controlling != ABSENT;
  }

  /** The number of ERROR-CODE, for instance 487; 0 when absent. */
  public int errorCode() {
    return errorCode == ABSENT
        ? 0
        : (message.get(errorCode + 2) & 0x07) * 100 + (message.get(errorCode + 3) & 0xFF);
  }

  /** Whether MESSAGE-INTEGRITY is there and was made with this key (short-term credentials). */
  public boolean hasIntegrity(byte[] key) {
    if (integrity == ABSENT) {
      return false;
    }
    int covered = integrity - 4;
    byte[] signed = Arrays.copyOf(message.array(), covered);
    // The length in the header counts up to and including MESSAGE-INTEGRITY (section 14.5).
    ByteBuffer.wrap(signed).putShort(2, (short) (covered + 24 - StunType.HEADER_LENGTH));
    byte[] expected = StunBuilder.hmac(key, signed, covered);
    return MessageDigest.isEqual(
        expected, Arrays.copyOfRange(message.array(), integrity, integrity + 20));
  }

  /** Whether FINGERPRINT is there and right (section 14.7). */
  public boolean hasFingerprint() {
    if (fingerprint == ABSENT) {
      return false;
    }
    CRC32 crc = new CRC32();
    crc.update(message.array(), 0, fingerprint - 4);
    return message.getInt(fingerprint) == ((int) crc.getValue() ^ StunType.FINGERPRINT_XOR);
  }

  /** XOR-MAPPED-ADDRESS (section 14.2). */
  public Optional<InetSocketAddress> xorMappedAddress() {
    if (mappedAddress == ABSENT) {
      return Optional.empty();
    }
    int family = message.get(mappedAddress + 1);
    int port = (message.getShort(mappedAddress + 2) & 0xFFFF) ^ (StunType.MAGIC_COOKIE >>> 16);
    byte[] address =
        Arrays.copyOfRange(message.array(), mappedAddress + 4, mappedAddress + mappedAddressLength);
    if (address.length != (family == 1 ? 4 : 16)) {
      return Optional.empty();
    }
    StunBuilder.xorAddress(address, message.array());
    try {
      return Optional.of(new InetSocketAddress(InetAddress.getByAddress(address), port));
    } catch (UnknownHostException impossibleLength) {
      return Optional.empty();
    }
  }
}
