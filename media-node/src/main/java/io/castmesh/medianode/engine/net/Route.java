package io.castmesh.medianode.engine.net;

import java.net.InetSocketAddress;

/**
 * A way between one of our sockets and a peer: what comes by it is answered by it, so that a peer
 * hears from the address that it asked, also on a machine with several. Equal routes are the same
 * way; a TCP connection is equal to itself only.
 */
public interface Route {
  /** What carries it. */
  enum Transport {
    UDP,
    TCP
  }

  Transport transport();

  /** The address of ours that the socket is bound to. */
  InetSocketAddress local();

  /** Where the peer is, as we see it. */
  InetSocketAddress remote();
}
