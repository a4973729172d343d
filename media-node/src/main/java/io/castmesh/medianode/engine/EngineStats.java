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
    long packetsRetransmitted,
    long mediaPackets,
    long mediaPacketsLost,
    long nacksReceived,
    long nacksSent,
    Drops drops) {

  /**
   * Datagrams that were dropped, by the reason; {@code packetsDropped} is their sum.
   *
   * @param strangers of senders that no peer knows
   * @param forged with a wrong integrity or authentication, or seen before
   * @param overLimit of peers that send more than they may
   * @param unsent that the system did not take
   * @param other not asked for, not agreed or not readable
   */
  public record Drops(long strangers, long forged, long overLimit, long unsent, long other) {
    public static final Drops NONE = new Drops(0, 0, 0, 0, 0);

    long sum() {
      return strangers + forged + overLimit + unsent + other;
    }
  }

  public long packetsDropped() {
    return drops.sum();
  }
}
