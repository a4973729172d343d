package io.castmesh.medianode;

import java.nio.file.Path;
import java.util.List;

/**
 * Settings of the media node.
 *
 * @param controlHost where the Kurento protocol listens
 * @param controlPort its port; 0 takes a free one
 * @param mediaHost where media is received: one UDP port for everything
 * @param mediaPort its port; 0 takes a free one
 * @param announcedAddresses addresses told to browsers as ICE candidates; empty: mediaHost, or
 *     every address of this machine when mediaHost is a wildcard
 * @param rtpPorts UDP ports for plain RTP, two or four an endpoint
 * @param playableFolders what players may read, with the folders in them; empty: nothing
 * @param loops threads for media, each with a UDP port of its own, from mediaPort on; 0: as many as
 *     cores
 */
public record MediaNodeConfig(
    String controlHost,
    int controlPort,
    String mediaHost,
    int mediaPort,
    List<String> announcedAddresses,
    PortRange rtpPorts,
    List<Path> playableFolders,
    int loops) {

  /** The same with one loop and any free port for plain RTP. */
  public MediaNodeConfig(
      String controlHost,
      int controlPort,
      String mediaHost,
      int mediaPort,
      List<String> announcedAddresses,
      List<Path> playableFolders) {
    this(
        controlHost,
        controlPort,
        mediaHost,
        mediaPort,
        announcedAddresses,
        PortRange.ANY,
        playableFolders,
        1);
  }

  /** The same with nothing to play. */
  public MediaNodeConfig(
      String controlHost,
      int controlPort,
      String mediaHost,
      int mediaPort,
      List<String> announcedAddresses) {
    this(controlHost, controlPort, mediaHost, mediaPort, announcedAddresses, List.of());
  }

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

    /**
     * Reads "40000-49999"; an empty text is {@link #ANY}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static PortRange parse(String text) {
      if (text.isBlank()) {
        return ANY;
      }
      String[] parts = text.trim().split("-", 2);
      if (parts.length != 2) {
        throw new IllegalArgumentException("no range of ports: " + text);
      }
      return new PortRange(Integer.parseInt(parts[0].trim()), Integer.parseInt(parts[1].trim()));
    }
  }
}
