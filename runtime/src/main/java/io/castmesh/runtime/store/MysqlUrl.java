package io.castmesh.runtime.store;

import java.net.URI;

/** {@code mysql://user:password@host:3306/database}, taken apart. */
public record MysqlUrl(String host, int port, String user, String password, String database) {

  /**
   * @throws IllegalArgumentException for anything else; says why without the address, which holds a
   *     password
   */
  public static MysqlUrl parse(String text) {
    URI uri = StoreUrls.uri(text);
    String userInfo = uri.getRawUserInfo();
    String path = uri.getPath();
    if (!"mysql".equals(uri.getScheme())
        || uri.getHost() == null
        || userInfo == null
        || path == null
        || path.length() < 2) {
      throw new IllegalArgumentException("must look like mysql://user:password@host:3306/castmesh");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "must end with the name of the database: options such as sslMode are not supported");
    }
    int colon = userInfo.indexOf(':');
    return new MysqlUrl(
        uri.getHost().replaceAll("[\\[\\]]", ""),
        uri.getPort() < 0 ? 3306 : uri.getPort(),
        StoreUrls.decode(colon < 0 ? userInfo : userInfo.substring(0, colon)),
        colon < 0 ? "" : StoreUrls.decode(userInfo.substring(colon + 1)),
        path.substring(1));
  }
}
