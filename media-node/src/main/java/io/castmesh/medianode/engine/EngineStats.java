package io.castmesh.medianode.engine;

/**
 * Counters since the engine started, except the first two, which are gauges.
 *
 * @param packetsReceived datagrams of every kind
 * @param mediaPackets RTP packets that arrived and were new
 * @param mediaPacketsLost RTP packets that were expected and did not come, also not when asked for
 * @param nacksReceived packets that peers asked for again
 * @param nacksSent packets that peers were asked for again
 */
public record EngineStats(
    int peers,
    int recorders,
    long packetsReceived,
    long packetsSent,
    long bytesReceived,
    long bytesSent,
    long packetsDropped,
    long packetsRetransmitted,
    long mediaPackets,
    long mediaPacketsLost,
    long nacksReceived,
    long nacksSent) {}
