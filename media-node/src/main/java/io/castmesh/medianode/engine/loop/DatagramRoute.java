package io.castmesh.medianode.engine.loop;

import io.castmesh.medianode.engine.net.Route;
import java.net.InetSocketAddress;

/** UDP between one socket of ours and a peer. */
record DatagramRoute(DatagramPort port, InetSocketAddress remote) implements Route {
  @Override
  public Transport transport() {
    return Transport.UDP;
  }

  @Override
  public InetSocketAddress local() {
    return port.local();
  }

  /** Asked for each datagram: sockets are few, peers are many. */
  @Override
  public int hashCode() {
    return remote.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DatagramRoute route
        && route.port == port
        && route.remote.equals(remote);
  }

  @Override
  public String toString() {
    return "udp " + remote;
  }
}
