package io.castmesh.vod.place;

import io.castmesh.contract.Videos.Location;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.lionsoul.ip2region.xdb.Searcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places of public IPv4 addresses, from the ip2region database (Apache-2.0) that the jar of
 * mica-ip2region carries. Names are those of the database: Chinese for most countries.
 *
 * <p>Thread-safe. The eleven megabytes are read at the first question and given back when memory is
 * short.
 */
public final class Places {
  private static final Logger log = LoggerFactory.getLogger(Places.class);

  private static final String DATABASE = "ip2region/ip2region.xdb";

  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");

  /** What the database writes where it knows nothing. */
  private static final String NOTHING = "0";

  private final Vertx vertx;
  private SoftReference<Searcher> searcher = new SoftReference<>(null);

  public Places(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Never fails: what cannot be found is null.
   *
   * @param address an IP address; may be null
   */
  public Future<Location> find(String address) {
    InetAddress ip = parse(address);
    if (ip == null || !isPublic(ip)) {
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(() -> location(searcher().search(ip.getHostAddress())), false)
        .onFailure(error -> log.warn("place not found error={}", error.toString()))
        .otherwiseEmpty();
  }

  /** Only four whole numbers: anything else might be looked up as a name. */
  private static InetAddress parse(String address) {
    if (address == null || !IPV4.matcher(address).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(address);
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean isPublic(InetAddress ip) {
    return !(ip.isLoopbackAddress()
        || ip.isSiteLocalAddress()
        || ip.isLinkLocalAddress()
        || ip.isAnyLocalAddress()
        || ip.isMulticastAddress());
  }

  /** {@code country|area|region|city|provider}. */
  private static Location location(String text) {
    String[] parts = text == null ? new String[0] : text.split("\\|");
    String country = part(parts, 0);
    return country == null ? null : new Location(country, part(parts, 2), part(parts, 3));
  }

  private static String part(String[] parts, int index) {
    return index >= parts.length || parts[index].isBlank() || NOTHING.equals(parts[index])
        ? null
        : parts[index];
  }

  private synchronized Searcher searcher() throws IOException {
    Searcher loaded = searcher.get();
    if (loaded == null) {
      try (InputStream in = Places.class.getClassLoader().getResourceAsStream(DATABASE)) {
        if (in == null) {
          throw new IOException(DATABASE + " is not on the class path");
        }
        loaded = Searcher.newWithBuffer(in.readAllBytes());
      }
      searcher = new SoftReference<>(loaded);
    }
    return loaded;
  }
}
