package io.castmesh.medianodeservice;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.MediaNodeConfig.Announced;
import io.castmesh.medianode.MediaNodeConfig.IceTcp;
import io.castmesh.medianode.MediaNodeConfig.PeerLimits;
import io.castmesh.medianode.MediaNodeConfig.PortRange;
import io.castmesh.runtime.config.Origins;
import io.castmesh.runtime.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;

/** The settings of the media node, wherever it runs. */
public final class MediaNodeSettings {
  private MediaNodeSettings() {}

  /**
   * @param otherwise where media is received unless that is set
   * @param recordings what may be played unless that is set
   */
  public static MediaNodeConfig read(Settings s, String otherwise, Path recordings) {
    String host =
        s.text(
            "media-node.host",
            "",
            "Where the media node receives media: addresses or names, separated by commas; 0.0.0.0"
                + " for every IPv4 address of the machine, :: for every address; unset: http.host");
    List<Path> playable =
        folders(s, "media-node.play-from", "Folders that players may read; unset: recordings.dir");
    return new MediaNodeConfig(
        s.text(
            "media-node.control-host",
            "127.0.0.1",
            "Where the media node speaks Kurento's protocol"),
        s.integer("media-node.control-port", 0, 0, 65535, "Port of that protocol; 0: a free one"),
        Origins.read(
            s,
            "media-node.allowed-origins",
            "Origins (https://www.example.org) of pages that may speak Kurento's protocol; *: all;"
                + " unset: none. Programs need no entry"),
        host.isEmpty() ? otherwise : host,
        s.integer("media-node.port", 0, 0, 65535, "UDP port of all media; 0: a free one"),
        announced(s),
        tcp(s),
        rtpPorts(s),
        playable.isEmpty() ? List.of(recordings) : playable,
        folders(
            s, "media-node.record-to", "Folders that recorders may write to; unset: every folder"),
        s.integer(
            "media-node.loops",
            1,
            0,
            64,
            "Threads for media, each with a UDP port of its own from media-node.port on; 0: one a core"),
        s.integer(
            "media-node.join-ms",
            1_000,
            0,
            2_000,
            "Viewers begin with what has come since the last keyframe, unless that is older (ms); 0: each asks for a new one"),
        limits(s));
  }

  private static List<Path> folders(Settings s, String key, String meaning) {
    return s.list(key, meaning).stream()
        .map(folder -> Path.of(folder).toAbsolutePath().normalize())
        .toList();
  }

  /** Looked up here, where a name that does not exist can be reported with all that is wrong. */
  private static Announced announced(Settings s) {
    List<String> names =
        s.list(
            "media-node.announced-addresses",
            "IP addresses or names told to browsers, such as the public one of a translating router"
                + " (1:1 NAT); unset: those of media-node.host");
    for (String name : names) {
      try {
        InetAddress.getAllByName(name);
      } catch (UnknownHostException unknown) {
        s.problem(
            "media-node.announced-addresses: %s is no address, and no known name".formatted(name));
      }
    }
    return new Announced(
        names,
        s.flag(
            "media-node.announce-host-addresses",
            false,
            "Whether browsers are told those of media-node.host beside announced ones"));
  }

  private static IceTcp tcp(Settings s) {
    return new IceTcp(
        s.flag("media-node.tcp", true, "Whether media may come by TCP, from networks without UDP"),
        s.integer(
            "media-node.tcp-port",
            0,
            0,
            65535,
            "TCP port of media, with one more for each further loop; 0: as media-node.port"),
        s.integer(
            "media-node.max-tcp-connections",
            IceTcp.DEFAULT.connections(),
            1,
            1_000_000,
            "Media connections by TCP of a media node; more are closed as they come"));
  }

  private static PeerLimits limits(Settings s) {
    PeerLimits usual = PeerLimits.DEFAULT;
    return new PeerLimits(
        s.integer(
            "media-node.max-endpoints",
            usual.peers(),
            1,
            1_000_000,
            "WebRTC and RTP endpoints of a media node; more are refused"),
        s.integer(
            "media-node.max-endpoint-packets",
            usual.packetsPerSecond(),
            100,
            10_000_000,
            "RTP and RTCP packets a second that one endpoint may be sent; the rest is dropped"),
        1000L
            * s.integer(
                "media-node.max-endpoint-kbits",
                (int) (usual.bitsPerSecond() / 1000),
                100,
                10_000_000,
                "Kbit/s that one endpoint may be sent; the rest is dropped"));
  }

  private static PortRange rtpPorts(Settings s) {
    int first =
        s.integer(
            "media-node.rtp-first-port",
            0,
            0,
            65535,
            "First of the UDP ports for plain RTP, four an endpoint; 0: any free ones");
    int last =
        s.integer("media-node.rtp-last-port", 0, 0, 65535, "Last of the UDP ports for plain RTP");
    try {
      return new PortRange(first, last);
    } catch (IllegalArgumentException wrong) {
      s.problem("media-node.rtp-first-port and media-node.rtp-last-port are " + wrong.getMessage());
      return PortRange.ANY;
    }
  }
}
