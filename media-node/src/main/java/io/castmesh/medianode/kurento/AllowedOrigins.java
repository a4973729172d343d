package io.castmesh.medianode.kurento;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;

/**
 * Which web pages may open a control socket. A browser lets every page open one to any address, be
 * it that of its own machine, but tells of which origin the page is (RFC 6455 section 10.2).
 * Programs tell nothing, or name the server that they ask, or the machine that they run on, as
 * clients of Kurento do.
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
    if (origin == null || allowed.contains(ANY) || allowed.contains(origin)) {
      return true;
    }
    // Whoever has a name may let it lead to this machine (DNS rebinding): there that of the server
    // proves nothing. Pages of somebody's own machine are no strangers.
    return isOfOwnMachine(origin)
        || (!isLoopback(handshake.localAddress().hostAddress())
            && isOf(handshake.getHeader(HttpHeaders.HOST), origin));
  }

  private static boolean isOf(String host, String origin) {
    int scheme = origin.indexOf("://");
    return scheme >= 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
  }

  private static boolean isOfOwnMachine(String origin) {
    try {
      String host = new URI(origin).getHost();
      return host != null && (host.equalsIgnoreCase("localhost") || isLoopback(host));
    } catch (URISyntaxException e) {
      return false;
    }
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
