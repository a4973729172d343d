package io.castmesh.medianode;

import java.nio.file.Path;
import java.util.List;

/**
 * Settings of the media node.
 *
 * @param controlHost where the Kurento protocol listens
 * @param controlPort its port; 0 takes a free one
 * @param mediaHost where media of browsers is received: one UDP port for each loop
 * @param mediaPort the first of these; 0 takes free ones
 * @param announcedAddresses addresses told to browsers as ICE candidates; empty: mediaHost, or
 *     every address of this machine when mediaHost is a wildcard
 * @param rtpPorts UDP ports for plain RTP, two or four an endpoint
 * @param playableFolders what players may read, with the folders in them; empty: nothing
 * @param loops threads for media, each with a UDP port of its own, from mediaPort on; 0: as many as
 *     cores
 * @param joinMillis who joins is given what has come since the last keyframe, unless that is older;
 *     0: a new keyframe for everybody
 * @param limits of peers
 */
public record MediaNodeConfig(
    String controlHost,
    int controlPort,
    String mediaHost,
    int mediaPort,
    List<String> announcedAddresses,
    PortRange rtpPorts,
    List<Path> playableFolders,
    int loops,
    int joinMillis,
    PeerLimits limits) {

  /** On loopback, with ports that are free, one loop and nothing to play. */
  public static final MediaNodeConfig LOOPBACK =
      new MediaNodeConfig(
          "127.0.0.1",
          0,
          "127.0.0.1",
          0,
          List.of(),
          PortRange.ANY,
          List.of(),
          1,
          1_000,
          PeerLimits.DEFAULT);

  /**
   * Ports from the first to the last.
   *
   * @throws IllegalArgumentException for a range without an even port and its neighbour
   */
  public record PortRange(int first, int last) {
    /** Whatever the system gives. */
    public static final PortRange ANY = new PortRange(0, 0);

    public PortRange {
      int even = (first + 1) & ~1;
      if ((first != 0 || last != 0) && (first < 1 || last > 65_535 || even + 1 > last)) {
        throw new IllegalArgumentException("no range of ports: " + first + "-" + last);
      }
    }
  }

  /**
   * What one peer may do, and how many there may be; what goes beyond is refused or dropped.
   *
   * @param peers peer connections and plain RTP endpoints alive
   * @param packetsPerSecond datagrams that one of them sends us
   * @param bitsPerSecond of them
   */
  public record PeerLimits(int peers, int packetsPerSecond, long bitsPerSecond) {
    /** Far beyond three layers of 1080p, and no more than one machine can take. */
    public static final PeerLimits DEFAULT = new PeerLimits(5_000, 5_000, 50_000_000);
  }

  /** The same with another port for the Kurento protocol. */
  public MediaNodeConfig withControlPort(int port) {
    return new MediaNodeConfig(
        controlHost,
        port,
        mediaHost,
        mediaPort,
        announcedAddresses,
        rtpPorts,
        playableFolders,
        loops,
        joinMillis,
        limits);
  }

  /** The same with other ports for plain RTP. */
  public MediaNodeConfig withRtpPorts(PortRange ports) {
    return new MediaNodeConfig(
        controlHost,
        controlPort,
        mediaHost,
        mediaPort,
        announcedAddresses,
        ports,
        playableFolders,
        loops,
        joinMillis,
        limits);
  }

  /** The same with other folders to play from. */
  public MediaNodeConfig withPlayableFolders(List<Path> folders) {
    return new MediaNodeConfig(
        controlHost,
        controlPort,
        mediaHost,
        mediaPort,
        announcedAddresses,
        rtpPorts,
        folders,
        loops,
        joinMillis,
        limits);
  }

  /** The same with more threads for media. */
  public MediaNodeConfig withLoops(int count) {
    return new MediaNodeConfig(
        controlHost,
        controlPort,
        mediaHost,
        mediaPort,
        announcedAddresses,
        rtpPorts,
        playableFolders,
        count,
        joinMillis,
        limits);
  }

  /** The same with other viewers that join without a new keyframe. */
  public MediaNodeConfig withJoinMillis(int millis) {
    return new MediaNodeConfig(
        controlHost,
        controlPort,
        mediaHost,
        mediaPort,
        announcedAddresses,
        rtpPorts,
        playableFolders,
        loops,
        millis,
        limits);
  }

  /** The same with other bounds. */
  public MediaNodeConfig withLimits(PeerLimits others) {
    return new MediaNodeConfig(
        controlHost,
        controlPort,
        mediaHost,
        mediaPort,
        announcedAddresses,
        rtpPorts,
        playableFolders,
        loops,
        joinMillis,
        others);
  }
}
