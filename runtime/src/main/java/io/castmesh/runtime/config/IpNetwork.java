package io.castmesh.runtime.config;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of IP addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3), such as {@code
 * 10.1.0.0/16}; one address alone is a range of itself. Names are never looked up. Immutable.
 */
public final class IpNetwork {
  private static final String MEANING = "must be an IP address or a network such as 10.1.0.0/16";

  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
  private static final Pattern V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final Pattern V6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

  private final byte[] address;
  private final int bits;

  private IpNetwork(byte[] address, int bits) {
    this.address = address;
    this.bits = bits;
  }

  /**
   * @throws IllegalArgumentException for anything else
   */
  public static IpNetwork parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException(MEANING);
    }
    int most = address.length * Byte.SIZE;
    String suffix = slash < 0 ? Integer.toString(most) : text.substring(slash + 1);
    if (!suffix.matches("\\d{1,3}") || Integer.parseInt(suffix) > most) {
      throw new IllegalArgumentException(MEANING);
    }
    return new IpNetwork(address, Integer.parseInt(suffix));
  }

  /** Whether this is an address in the range; what is no address is not. */
  public boolean contains(String text) {
    byte[] other = bytes(text);
    return other != null && contains(other);
  }

  /** Of an address; null for what is none. The patterns keep names from being looked up. */
  public static byte[] bytes(String text) {
    if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException noAddress) {
      return null;
    }
  }

  private boolean contains(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      if (((address[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** The first address of this machine in the range. */
  public Optional<String> ownAddress() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(own -> contains(own.getAddress()))
          .map(own -> own.getHostAddress().replaceAll("%.*", ""))
          .findFirst();
    } catch (SocketException unreadable) {
      return Optional.empty();
    }
  }
}
