package io.castmesh.medianode.engine.net;

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
import java.util.function.Predicate;

/** Which addresses of this machine to listen on, and which ones to tell. */
public final class LocalAddresses {
  /** More would make every description long and every browser busy. */
  private static final int MOST = 16;

  private LocalAddresses() {}

  /**
   * The addresses to bind. A wildcard stands for those that the machine has now: of IPv4 for {@code
   * 0.0.0.0}, all of them for {@code ::}. Among them is loopback, which nobody is told of, for
   * whatever runs on this machine and has been told another way.
   *
   * @param hosts addresses or names, separated by commas
   * @param usable whether an address can be bound: some are listed that are not ready yet
   * @throws UnknownHostException for a name that does not resolve
   */
  public static List<InetAddress> toBind(String hosts, Predicate<InetAddress> usable)
      throws UnknownHostException {
    Set<InetAddress> found = new LinkedHashSet<>();
    for (String host : hosts.split(",")) {
      InetAddress address = InetAddress.getByName(host.strip());
      if (address.isAnyLocalAddress()) {
        boolean ipv4Only = address instanceof Inet4Address;
        ofThisMachine().stream()
            .filter(own -> !ipv4Only || own instanceof Inet4Address)
            .filter(usable)
            .limit(MOST)
            .forEach(found::add);
      } else {
        found.add(address);
      }
    }
    return found.isEmpty() ? List.of(InetAddress.getLoopbackAddress()) : List.copyOf(found);
  }

  /** Those of bound addresses that others can reach; loopback only when there is nothing else. */
  public static List<InetAddress> toTell(List<InetAddress> bound) {
    List<InetAddress> reachable = bound.stream().filter(own -> !own.isLoopbackAddress()).toList();
    return reachable.isEmpty() ? bound : reachable;
  }

  /**
   * Every address of every name, in their order.
   *
   * @throws UnknownHostException for a name that does not resolve
   */
  public static List<InetAddress> resolve(List<String> names) throws UnknownHostException {
    Set<InetAddress> found = new LinkedHashSet<>();
    for (String name : names) {
      found.addAll(List.of(InetAddress.getAllByName(name)));
    }
    return List.copyOf(found);
  }

  /** Without the scope that an address has on this machine only. */
  public static String literal(InetAddress address) {
    String host = address.getHostAddress();
    int scope = host.indexOf('%');
    return scope < 0 ? host : host.substring(0, scope);
  }

  /** IPv4 first, loopback last; no link-local ones, which need a scope that no description has. */
  private static List<InetAddress> ofThisMachine() {
    List<InetAddress> found = new ArrayList<>();
    try {
      for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (card.isUp()) {
          Collections.list(card.getInetAddresses()).stream()
              .filter(address -> !address.isLinkLocalAddress())
              .map(LocalAddresses::withoutScope)
              .forEach(found::add);
        }
      }
    } catch (SocketException unknown) {
      return List.of();
    }
    found.sort((a, b) -> Integer.compare(rank(a), rank(b)));
    return found;
  }

  private static int rank(InetAddress address) {
    return (address.isLoopbackAddress() ? 2 : 0) + (address instanceof Inet4Address ? 0 : 1);
  }

  /** Java ties every address it lists to its card, which would make it unequal to the same one. */
  private static InetAddress withoutScope(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException impossibleLength) {
      return address;
    }
  }
}
