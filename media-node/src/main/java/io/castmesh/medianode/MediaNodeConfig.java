package io.castmesh.medianode;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Settings of the media node.
 *
 * @param controlHost where the Kurento protocol listens
 * @param controlPort its port; 0 takes a free one
 * @param allowedOrigins of web pages that may speak it; {@code *}: of every page
 * @param mediaHost where media is received: one UDP port for each loop. Addresses or names,
 *     separated by commas; {@code ::} stands for every address of this machine, {@code 0.0.0.0} for
 *     those of IPv4
 * @param mediaPort the first of these; 0 takes free ones
 * @param announced what browsers are told of that
 * @param tcp the same for networks without UDP
 * @param rtpPorts UDP ports for plain RTP, two or four an endpoint
 * @param playableFolders what players may read, with the folders in them; empty: nothing
 * @param recordableFolders where recorders may write, with the folders in them; empty: everywhere
 * @param loops threads for media, each with a UDP port of its own, from mediaPort on; 0: as many as
 *     cores
 * @param joinMillis who joins is given what has come since the last keyframe, unless that is older;
 *     0: a new keyframe for everybody
 * @param limits of peers
 */
public record MediaNodeConfig(
    String controlHost,
    int controlPort,
    List<String> allowedOrigins,
    String mediaHost,
    int mediaPort,
    Announced announced,
    IceTcp tcp,
    PortRange rtpPorts,
    List<Path> playableFolders,
    List<Path> recordableFolders,
    int loops,
    int joinMillis,
    PeerLimits limits) {

  /** On loopback, with ports that are free, one loop and nothing to play. */
  public static final MediaNodeConfig LOOPBACK =
      new MediaNodeConfig(
          "127.0.0.1",
          0,
          List.of(),
          "127.0.0.1",
          0,
          Announced.AS_IT_IS,
          IceTcp.DEFAULT,
          PortRange.ANY,
          List.of(),
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
   * Addresses told to browsers as ICE candidates: the public ones of a network that translates.
   *
   * @param addresses or names; empty: those of mediaHost
   * @param hostToo tells those of mediaHost besides
   */
  public record Announced(List<String> addresses, boolean hostToo) {
    public static final Announced AS_IT_IS = new Announced(List.of(), false);
  }

  /**
   * Media by TCP (RFC 6544), to which peers connect.
   *
   * @param on whether it is offered at all
   * @param port of the first loop; 0: the number of its UDP port
   * @param connections at the same time, of the whole node
   */
  public record IceTcp(boolean on, int port, int connections) {
    public static final IceTcp DEFAULT = new IceTcp(true, 0, 2_000);
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
    return changed(draft -> draft.controlPort = port);
  }

  /** The same for pages of other origins. */
  public MediaNodeConfig withAllowedOrigins(List<String> origins) {
    return changed(draft -> draft.allowedOrigins = origins);
  }

  /** The same at other addresses. */
  public MediaNodeConfig withMediaHost(String hosts, Announced told) {
    return changed(
        draft -> {
          draft.mediaHost = hosts;
          draft.announced = told;
        });
  }

  /** The same with TCP offered in another way. */
  public MediaNodeConfig withTcp(IceTcp other) {
    return changed(draft -> draft.tcp = other);
  }

  /** The same with other ports for plain RTP. */
  public MediaNodeConfig withRtpPorts(PortRange ports) {
    return changed(draft -> draft.rtpPorts = ports);
  }

  /** The same with other folders to play from. */
  public MediaNodeConfig withPlayableFolders(List<Path> folders) {
    return changed(draft -> draft.playableFolders = folders);
  }

  /** The same with other folders to record to. */
  public MediaNodeConfig withRecordableFolders(List<Path> folders) {
    return changed(draft -> draft.recordableFolders = folders);
  }

  /** The same with so many threads for media. */
  public MediaNodeConfig withLoops(int count) {
    return changed(draft -> draft.loops = count);
  }

  /** The same with another age of the keyframe that viewers begin with. */
  public MediaNodeConfig withJoinMillis(int millis) {
    return changed(draft -> draft.joinMillis = millis);
  }

  /** The same with other bounds. */
  public MediaNodeConfig withLimits(PeerLimits others) {
    return changed(draft -> draft.limits = others);
  }

  private MediaNodeConfig changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.config();
  }

  /** What may be changed of a copy. */
  private static final class Draft {
    private final String controlHost;
    private int controlPort;
    private List<String> allowedOrigins;
    private String mediaHost;
    private final int mediaPort;
    private Announced announced;
    private IceTcp tcp;
    private PortRange rtpPorts;
    private List<Path> playableFolders;
    private List<Path> recordableFolders;
    private int loops;
    private int joinMillis;
    private PeerLimits limits;

    Draft(MediaNodeConfig of) {
      controlHost = of.controlHost;
      controlPort = of.controlPort;
      allowedOrigins = of.allowedOrigins;
      mediaHost = of.mediaHost;
      mediaPort = of.mediaPort;
      announced = of.announced;
      tcp = of.tcp;
      rtpPorts = of.rtpPorts;
      playableFolders = of.playableFolders;
      recordableFolders = of.recordableFolders;
      loops = of.loops;
      joinMillis = of.joinMillis;
      limits = of.limits;
    }

    MediaNodeConfig config() {
      return new MediaNodeConfig(
          controlHost,
          controlPort,
          allowedOrigins,
          mediaHost,
          mediaPort,
          announced,
          tcp,
          rtpPorts,
          playableFolders,
          recordableFolders,
          loops,
          joinMillis,
          limits);
    }
  }
}
