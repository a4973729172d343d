package io.castmesh.gateway.account;

import io.castmesh.contract.User;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Generated pictures of people: two colours and a pattern that follow from the account's id. */
public final class Avatars {
  private Avatars() {}

  private static final int CELLS = 5;

  public static User user(String id, String nickname) {
    return new User(id, nickname, "/api/v1/users/" + id + "/avatar");
  }

  /** An SVG image: a symmetric pattern of cells on a soft ground. */
  public static String svg(String id) {
    CRC32 crc = new CRC32();
    crc.update(id.getBytes(StandardCharsets.UTF_8));
    long seed = crc.getValue();
    int hue = (int) (seed % 360);
    StringBuilder svg = new StringBuilder(512);
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 7 7\" width=\"96\"")
        .append(" height=\"96\" shape-rendering=\"crispEdges\"><rect width=\"7\" height=\"7\"")
        .append(" fill=\"hsl(")
        .append((hue + 40) % 360)
        .append(",55%,90%)\"/><path fill=\"hsl(")
        .append(hue)
        .append(",60%,45%)\" d=\"");
    long bits = seed * 0x9E3779B97F4A7C15L;
    for (int y = 0; y < CELLS; y++) {
      for (int x = 0; x <= CELLS / 2; x++) {
        if ((bits >>> (63 - (y * 3 + x)) & 1) == 1) {
          cell(svg, x, y);
          if (x != CELLS - 1 - x) {
            cell(svg, CELLS - 1 - x, y);
          }
        }
      }
    }
    return svg.append("\"/></svg>").toString();
  }

  private static void cell(StringBuilder svg, int x, int y) {
    svg.append('M').append(x + 1).append(' ').append(y + 1).append("h1v1h-1z");
  }
}
