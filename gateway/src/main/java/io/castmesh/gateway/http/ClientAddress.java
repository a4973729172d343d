package io.castmesh.gateway.http;

import io.castmesh.runtime.config.IpNetwork;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.HexFormat;
import java.util.List;

/**
 * Whose address a request counts for: that of its connection, or behind a proxy that the operator
 * trusts the last entry of {@code X-Forwarded-For} that is not such a proxy itself.
 */
final class ClientAddress {
  private static final int V4_BYTES = 4;
  private static final int V6_NETWORK_BYTES = 8;

  private final List<IpNetwork> trusted;

  ClientAddress(List<String> trustedProxies) {
    this.trusted = trustedProxies.stream().map(IpNetwork::parse).toList();
  }

  private boolean trusts(String address) {
    return trusted.stream().anyMatch(network -> network.contains(address));
  }

  /**
   * What stands for one subscriber: an IPv4 address, or the first 64 bits of an IPv6 address, of
   * which everybody has as many as they like (RFC 4291, section 2.5.4).
   */
  static String network(String address) {
    byte[] bytes = IpNetwork.bytes(address);
    return bytes == null || bytes.length == V4_BYTES
        ? address
        : HexFormat.of().formatHex(bytes, 0, V6_NETWORK_BYTES);
  }

  String of(HttpServerRequest request) {
    return of(request.remoteAddress(), request.getHeader("x-forwarded-for"));
  }

  String of(SocketAddress connection, String forwardedFor) {
    String address = connection.hostAddress();
    if (forwardedFor == null || !trusts(address)) {
      return address;
    }
    String[] hops = forwardedFor.split(",", -1);
    for (int i = hops.length - 1; i >= 0; i--) {
      String hop = hops[i].trim();
      // Longer than an IPv6 address is no address; it was written by somebody else.
      if (hop.isEmpty() || hop.length() > 45) {
        return address;
      }
      if (!trusts(hop)) {
        return hop;
      }
    }
    return address;
  }
}
