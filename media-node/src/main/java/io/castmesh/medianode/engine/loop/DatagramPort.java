package io.castmesh.medianode.engine.loop;

import java.net.InetSocketAddress;

/** One UDP socket of a loop. Owned by the loop's thread. */
interface DatagramPort {
  InetSocketAddress local();

  /**
   * Sends a datagram, at the latest with the next flush of the reactor.
   *
   * @return false when it is lost already
   */
  boolean send(byte[] data, int offset, int length, InetSocketAddress to);
}
