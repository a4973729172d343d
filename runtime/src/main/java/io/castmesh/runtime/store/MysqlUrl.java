package io.castmesh.runtime.store;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** {@code mysql://user:password@host:3306/database}, taken apart. */
public record MysqlUrl(String host, int port, String user, String password, String database) {

  /**
   * @throws IllegalArgumentException for anything else
   */
  public static MysqlUrl parse(String text) {
    URI uri = URI.create(text);
    String userInfo = uri.getRawUserInfo();
    String path = uri.getPath();
    if (!"mysql".equals(uri.getScheme())
        || uri.getHost() == null
        || userInfo == null
        || path == null
        || path.length() < 2) {
      throw new IllegalArgumentException("must look like mysql://user:password@host:3306/castmesh");
    }
    int colon = userInfo.indexOf(':');
    return new MysqlUrl(
        uri.getHost(),
        uri.getPort() < 0 ? 3306 : uri.getPort(),
        decode(colon < 0 ? userInfo : userInfo.substring(0, colon)),
        colon < 0 ? "" : decode(userInfo.substring(colon + 1)),
        path.substring(1));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
