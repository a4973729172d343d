package io.castmesh.medianode.engine.sdp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Our ICE candidates: where the media port can be reached (RFC 8445 section 5.1.2.1 for their
 * priorities).
 *
 * @param attributes {@code candidate:...}, best first
 */
public record HostCandidates(List<String> attributes) {
  private static final int TYPE_PREFERENCE = 126;
  private static final int TOP_LOCAL_PREFERENCE = 65_535;

  /** One candidate for each address. */
  public static HostCandidates of(List<InetAddress> addresses, int port) {
    List<String> attributes = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      long priority = (long) TYPE_PREFERENCE << 24 | (long) (TOP_LOCAL_PREFERENCE - i) << 8 | 255;
      String host = addresses.get(i).getHostAddress();
      int zone = host.indexOf('%');
      attributes.add(
          "candidate:%d 1 udp %d %s %d typ host"
              .formatted(i + 1, priority, zone < 0 ? host : host.substring(0, zone), port));
    }
    return new HostCandidates(List.copyOf(attributes));
  }

  /**
   * The addresses to tell browsers.
   *
   * @param announced names or addresses; when empty the bound address, and for a wildcard every
   *     address of this machine
   * @throws UnknownHostException for a name that does not resolve
   */
  public static List<InetAddress> addresses(List<String> announced, InetAddress bound)
      throws UnknownHostException {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    for (String host : announced) {
      addresses.add(InetAddress.getByName(host));
    }
    if (addresses.isEmpty() && !bound.isAnyLocalAddress()) {
      addresses.add(bound);
    }
    if (addresses.isEmpty()) {
      addresses.addAll(machineAddresses());
    }
    return List.copyOf(addresses);
  }

  /** IPv4 first; loopback only when there is nothing else. */
  private static List<InetAddress> machineAddresses() {
    List<InetAddress> found = new ArrayList<>();
    try {
      for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (card.isUp() && !card.isLoopback()) {
          Collections.list(card.getInetAddresses()).stream()
              .filter(address -> !address.isLinkLocalAddress())
              .forEach(found::add);
        }
      }
    } catch (SocketException unknown) {
      found.clear();
    }
    found.sort((a, b) -> Boolean.compare(b instanceof Inet4Address, a instanceof Inet4Address));
    return found.isEmpty() ? List.of(InetAddress.getLoopbackAddress()) : found;
  }
}
