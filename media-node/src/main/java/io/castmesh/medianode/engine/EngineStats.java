package io.castmesh.medianode.engine;

/**
 * Counters since the engine started, except the first two and what is open, which are gauges.
 *
 * @param packetsReceived datagrams of every kind
 * @param mediaPackets RTP packets that arrived and were new
 * @param mediaPacketsLost RTP packets that were expected and did not come, also not when asked for
 * @param nacksReceived packets that peers asked for again
 * @param nacksSent packets that peers were asked for again
 * @param framesUnwritten frames that recordings lack, because the disk did not keep up
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
    long framesUnwritten,
    Drops drops,
    Tcp tcp) {

  /**
   * Connections by TCP.
   *
   * @param open now
   * @param refused because there were too many
   * @param unproven that ended before anybody had shown whose they were
   */
  public record Tcp(int open, long refused, long unproven) {
    public static final Tcp NONE = new Tcp(0, 0, 0);
  }

  /**
   * Datagrams that were dropped, by the reason; {@code packetsDropped} is their sum.
   *
   * @param strangers of senders that no peer knows
   * @param forged with a wrong integrity or authentication, or seen before
   * @param overLimit of peers that send more than they may
   * @param unsent that the system did not take
   * @param slow that peers read their TCP connections too slowly for
   * @param other not asked for, not agreed or not readable, or lost between two loops
   */
  public record Drops(
      long strangers, long forged, long overLimit, long unsent, long slow, long other) {
    public static final Drops NONE = new Drops(0, 0, 0, 0, 0, 0);

    long sum() {
      return strangers + forged + overLimit + unsent + slow + other;
    }
  }

  public long packetsDropped() {
    return drops.sum();
  }
}
