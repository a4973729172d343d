package io.castmesh.medianode.engine.loop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where a loop listens: by UDP, and by TCP unless that is off, with the same ports on each host.
 *
 * @param hosts addresses of this machine, at least one, no wildcard
 * @param port of UDP; 0 for any that is free on all of them
 * @param tcpPort {@link #SAME} as UDP's, {@link #NONE}, or a port
 * @param connections by TCP at the same time
 */
public record Listening(List<InetAddress> hosts, int port, int tcpPort, int connections) {
  public static final int SAME = 0;
  public static final int NONE = -1;

  public Listening {
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("a loop listens somewhere");
    }
    hosts = List.copyOf(hosts);
  }

  /** One address, without TCP. */
  public static Listening udp(InetSocketAddress address) {
    return new Listening(List.of(address.getAddress()), address.getPort(), NONE, 0);
  }

  boolean hasTcp() {
    return tcpPort != NONE;
  }

  /** The port for TCP beside a bound one of UDP. */
  int tcpBeside(int udpPort) {
    return tcpPort == SAME ? udpPort : tcpPort;
  }
}
