package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.loop.Counter;

/** Totals since the start. Written on the loop, read anywhere. */
final class EngineCounters {
  final Counter packetsReceived = new Counter();
  final Counter bytesReceived = new Counter();
  final Counter packetsSent = new Counter();
  final Counter bytesSent = new Counter();
  final Counter packetsDropped = new Counter();
  final Counter packetsRetransmitted = new Counter();

  final Counter mediaPackets = new Counter();
  final Counter mediaPacketsLost = new Counter();
  final Counter nacksReceived = new Counter();
  final Counter nacksSent = new Counter();

  /** Among those dropped: with a wrong integrity or authentication, or seen before. */
  final Counter forged = new Counter();

  /** Datagrams of peers that send more than they may. */
  final Counter overLimit = new Counter();

  /** Datagrams of senders that no peer knows. */
  final Counter strangers = new Counter();
}
