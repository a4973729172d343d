package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.loop.DatagramPorts;
import io.castmesh.medianode.engine.net.LocalAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;

/**
 * Where the ports of plain RTP endpoints are bound, and what is said of that. A description has one
 * address, so the one is chosen that the other side can reach. Of any thread.
 *
 * @param ports to bind
 * @param hosts addresses of this machine that media is received at
 * @param announced told instead of them; empty: they are told as they are
 */
record RtpPlace(DatagramPorts ports, List<InetAddress> hosts, List<InetAddress> announced) {

  /** Where to bind while nobody has said who will send. */
  InetAddress host() {
    return LocalAddresses.toTell(hosts).get(0);
  }

  /**
   * Where to bind for a peer: the address that packets to it leave from, else one of its family.
   *
   * @param remote a wildcard when it does not know itself
   */
  InetAddress hostFor(InetAddress remote) {
    InetAddress leaving = remote.isAnyLocalAddress() ? null : DatagramPorts.addressTowards(remote);
    if (hosts.contains(leaving)) {
      return leaving;
    }
    return first(LocalAddresses.toTell(hosts), sameFamily(remote), host());
  }

  /** What to tell of a bound address. */
  String told(InetAddress host) {
    return LocalAddresses.literal(
        announced.isEmpty() ? host : first(announced, sameFamily(host), announced.get(0)));
  }

  private static Predicate<InetAddress> sameFamily(InetAddress as) {
    return other -> other instanceof Inet4Address == as instanceof Inet4Address;
  }

  private static InetAddress first(
      List<InetAddress> of, Predicate<InetAddress> wanted, InetAddress otherwise) {
    return of.stream().filter(wanted).findFirst().orElse(otherwise);
  }
}
