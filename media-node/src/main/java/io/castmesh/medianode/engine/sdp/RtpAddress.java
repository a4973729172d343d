package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.SdpException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Where one section of a description of plain RTP wants its packets (RFC 8866 section 5.7, RFC
 * 3605, RFC 5761), and with which key it sends (RFC 4568).
 *
 * @param learned it does not know: its first packet shows it (a=direction:active)
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never printed
public record RtpAddress(
    InetSocketAddress rtp,
    InetSocketAddress rtcp,
    boolean muxed,
    boolean learned,
    Optional<byte[]> key) {
  private static final String SUITE = "AES_CM_128_HMAC_SHA1_80";
  private static final int KEY_LENGTH = 30;

  /** One for every m-line; the text has been parsed before. */
  static List<RtpAddress> read(String sdp) {
    List<Reader> readers = new ArrayList<>();
    Reader session = new Reader();
    Reader current = session;
    for (String line : sdp.split("\r\n|\n|\r")) {
      if (line.startsWith("m=")) {
        current = new Reader();
        current.host = session.host;
        current.port = port(line.split(" +")[1].split("/", 2)[0]);
        readers.add(current);
      } else {
        current.line(line);
      }
    }
    return readers.stream().map(Reader::address).toList();
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException garbage) {
      // reported below
    }
    throw new SdpException("not a port: " + SessionDescription.abbreviate(text));
  }

  @Override
  public String toString() {
    return rtp.toString();
  }

  /** Collects what one section says. */
  private static final class Reader {
    private InetAddress host = InetAddress.getLoopbackAddress();
    private int port;
    private InetAddress rtcpHost;
    private int rtcpPort;
    private boolean muxed;
    private boolean active;
    private byte[] key;

    void line(String line) {
      if (line.startsWith("c=IN ")) {
        host = host(line.substring(5));
      } else if (line.startsWith("a=rtcp:")) {
        String[] parts = line.substring(7).trim().split(" +IN +", 2);
        rtcpPort = port(parts[0]);
        if (parts.length == 2) {
          rtcpHost = host(parts[1]);
        }
      } else if (line.equals("a=rtcp-mux")) {
        muxed = true;
      } else if (line.equals("a=direction:active")) {
        active = true;
      } else if (line.startsWith("a=crypto:") && key == null) {
        key = key(line.substring(9).split(" +"));
      }
    }

    /**
     * "IP4 192.0.2.1" or "IP6 2001:db8::1", with a time to live that does not matter. Numbers only:
     * names would have to be looked up.
     */
    private static InetAddress host(String text) {
      String[] parts = text.trim().split("[ /]+");
      InetAddress address =
          parts.length < 2 ? null : NetUtil.createInetAddressFromIpAddressString(parts[1]);
      if (address == null) {
        throw new SdpException("not an address: " + SessionDescription.abbreviate(text));
      }
      return address;
    }

    /** Null for another suite than the one we do. */
    private static byte[] key(String[] parts) {
      if (parts.length < 3 || !parts[1].equals(SUITE) || !parts[2].startsWith("inline:")) {
        return null;
      }
      try {
        byte[] decoded = Base64.getDecoder().decode(parts[2].substring(7).split("\\|", 2)[0]);
        return decoded.length == KEY_LENGTH ? decoded : null;
      } catch (IllegalArgumentException garbage) {
        return null;
      }
    }

    RtpAddress address() {
      int feedback = muxed ? port : rtcpPort != 0 ? rtcpPort : Math.min(port + 1, 65_535);
      return new RtpAddress(
          new InetSocketAddress(host, port),
          new InetSocketAddress(rtcpHost == null ? host : rtcpHost, feedback),
          muxed,
          active || port == 9 || host.isAnyLocalAddress(),
          Optional.ofNullable(key));
    }
  }
}
