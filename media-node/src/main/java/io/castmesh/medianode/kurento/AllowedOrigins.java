package io.castmesh.medianode.kurento;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;

/**
 * Which web pages may open a control socket. A browser lets every page open one to any address, be
 * it that of its own machine, but tells of which origin the page is (RFC 6455 section 10.2).
 * Programs tell nothing, or name the server that they ask, as Kurento's clients do.
 */
final class AllowedOrigins {
  private static final String ANY = "*";

  private final Set<String> allowed;

  /**
   * @param allowed as browsers write them; {@code *} for every one
   */
  AllowedOrigins(List<String> allowed) {
    this.allowed = Set.copyOf(allowed);
  }

  boolean admit(HttpServerRequest handshake) {
    String origin = handshake.getHeader(HttpHeaders.ORIGIN);
    return origin == null
        || allowed.contains(ANY)
        || allowed.contains(origin)
        || (isOf(handshake.getHeader(HttpHeaders.HOST), origin) && isCertain(handshake));
  }

  private static boolean isOf(String host, String origin) {
    int scheme = origin.indexOf("://");
    return scheme >= 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
  }

  /**
   * A page of any name is of the server's own origin when it lets its name lead here (DNS
   * rebinding): on the machine itself only what no name server tells is believed.
   */
  private static boolean isCertain(HttpServerRequest handshake) {
    if (!isLoopback(handshake.localAddress().hostAddress())) {
      return true;
    }
    String name = handshake.authority().host();
    return name.equalsIgnoreCase("localhost")
        || NetUtil.isValidIpV4Address(name)
        || NetUtil.isValidIpV6Address(name);
  }

  private static boolean isLoopback(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    try {
      return bytes != null && InetAddress.getByAddress(bytes).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // bytes of another length are no address
    }
  }
}
