package io.castmesh.runtime.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Addresses of databases, which hold passwords: no failure repeats one. */
public final class StoreUrls {
  private StoreUrls() {}

  /**
   * @throws IllegalArgumentException when the driver could not use {@code redis://host:6379} or the
   *     like of it; says why without the address
   */
  public static void checkRedis(String text) {
    URI uri = uri(text);
    if ("rediss".equals(uri.getScheme())) {
      throw new IllegalArgumentException("TLS to Redis is not supported: use redis://");
    }
    if (!"redis".equals(uri.getScheme())
        || uri.getRawAuthority() == null
        || !uri.getRawAuthority().matches("([^@]*@)?([\\w.-]+|\\[[\\w.:%]+])(:\\d{1,5})?")) {
      throw new IllegalArgumentException(
          "must look like redis://host:6379, with a password redis://:password@host:6379");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("must end with the port: options are not supported");
    }
    if (uri.getRawUserInfo() != null) {
      decode(uri.getRawUserInfo());
    }
  }

  /** As the driver understands it: it takes a plus for a blank, as forms have it. */
  static String forRedisDriver(String text) {
    int at = text.lastIndexOf('@');
    return at < 0 ? text : text.substring(0, at).replace("+", "%2B") + text.substring(at);
  }

  static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "is no address: in a password, write %23 for #, %2F for /, %3F for ?, %40 for @, %25 for %"
              + " and so on");
    }
  }

  /** Of a part of an address, where a plus is a plus. */
  static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
