package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.srtp.PacketSealer;

/** The way of packets to one peer. Owned by the loop. */
interface MediaTransport {
  /** Whether media can be sent. */
  boolean isReady();

  /** What protects it; only when ready. */
  PacketSealer srtp();

  /** Sends a finished packet to the peer; false when it is lost. */
  boolean send(byte[] data, int length);
}
