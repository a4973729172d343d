package io.castmesh.medianode.engine;

/** Counters since the engine started, except the first two, which are gauges. */
public record EngineStats(
    int peers,
    int recorders,
    long packetsReceived,
    long packetsSent,
    long bytesReceived,
    long bytesSent,
    long packetsDropped,
    long packetsRetransmitted) {}
