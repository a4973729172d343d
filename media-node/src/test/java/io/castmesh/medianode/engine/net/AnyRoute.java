package io.castmesh.medianode.engine.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A way that leads nowhere, for what only compares. */
public record AnyRoute(Transport transport, InetSocketAddress local, InetSocketAddress remote)
    implements Route {
  /** To a loopback socket of ours. */
  public static AnyRoute from(Transport transport, String host, int port) {
    return new AnyRoute(
        transport,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
        new InetSocketAddress(host, port));
  }
}
