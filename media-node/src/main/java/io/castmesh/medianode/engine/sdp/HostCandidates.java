package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.net.LocalAddresses;
import io.castmesh.medianode.engine.net.Route.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Our ICE candidates: where the media ports can be reached. Each address by UDP and, when there is
 * a port for it, by TCP, where the peer connects (RFC 6544).
 *
 * @param attributes {@code candidate:...}, best first
 */
public record HostCandidates(List<String> attributes) {
  /** RFC 8445 section 5.1.2.2. */
  private static final int UDP_PREFERENCE = 126;

  /** Less than any other way by UDP that browsers know of, more than a relay (RFC 6544, 4.2). */
  private static final int TCP_PREFERENCE = 90;

  private static final int TOP_LOCAL_PREFERENCE = 65_535;

  /** Of a passive host candidate, in the upper three bits of the local preference. */
  private static final int PASSIVE = 4 << 13;

  private static final int TOP_OTHER_PREFERENCE = (1 << 13) - 1;

  /**
   * One candidate for each address, then one by TCP for each.
   *
   * @param tcpPort 0 for none
   */
  public static HostCandidates of(List<InetAddress> addresses, int udpPort, int tcpPort) {
    List<String> attributes = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      attributes.add(
          "candidate:%d 1 udp %d %s %d typ host"
              .formatted(
                  i + 1,
                  priority(UDP_PREFERENCE, TOP_LOCAL_PREFERENCE - i),
                  LocalAddresses.literal(addresses.get(i)),
                  udpPort));
    }
    for (int i = 0; tcpPort != 0 && i < addresses.size(); i++) {
      attributes.add(
          "candidate:%d 1 tcp %d %s %d typ host tcptype passive"
              .formatted(
                  addresses.size() + i + 1,
                  priority(TCP_PREFERENCE, PASSIVE | TOP_OTHER_PREFERENCE - i),
                  LocalAddresses.literal(addresses.get(i)),
                  tcpPort));
    }
    return new HostCandidates(List.copyOf(attributes));
  }

  /** What peers are told to reach us at. */
  public List<String> addresses() {
    return attributes.stream().map(line -> line.split(" ")[4]).distinct().toList();
  }

  private static long priority(int type, int local) {
    return (long) type << 24 | (long) local << 8 | 255;
  }

  /**
   * The candidate that a way of ours belongs to: the one with its address, or the first of its
   * transport where others are announced.
   */
  public String at(Transport transport, InetSocketAddress local) {
    String protocol = transport == Transport.TCP ? " tcp " : " udp ";
    String address = " " + LocalAddresses.literal(local.getAddress()) + " ";
    return attributes.stream()
        .filter(line -> line.contains(protocol) && line.contains(address))
        .findFirst()
        .or(() -> attributes.stream().filter(line -> line.contains(protocol)).findFirst())
        .orElseGet(() -> attributes.get(0));
  }
}
