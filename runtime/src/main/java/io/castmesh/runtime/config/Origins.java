package io.castmesh.runtime.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Settings that name origins of web pages. */
public final class Origins {
  /** Stands for every origin. */
  public static final String ANY = "*";

  private Origins() {}

  /** A list of origins as {@link #parse} gives them; what is none is a problem of the settings. */
  public static List<String> read(Settings s, String key, String meaning) {
    List<String> origins = new ArrayList<>();
    for (String origin : s.list(key, meaning)) {
      try {
        origins.add(parse(origin));
      } catch (IllegalArgumentException e) {
        s.problem(key + ": '" + origin + "' " + e.getMessage());
      }
    }
    return origins;
  }

  /**
   * An origin as browsers write it (RFC 6454, section 6.2), or {@code *} for every one.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public static String parse(String text) {
    if (text.equals(ANY)) {
      return text;
    }
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("is no origin, such as https://www.example.org", e);
    }
    if (uri.getScheme() == null || uri.getHost() == null) {
      throw new IllegalArgumentException("is no origin, such as https://www.example.org");
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    String origin = scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT);
    if (uri.getPort() != -1 && uri.getPort() != usualPort(scheme)) {
      origin += ":" + uri.getPort();
    }
    boolean isOrigin =
        uri.getRawPath().isEmpty()
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && uri.getRawUserInfo() == null;
    if (!isOrigin) {
      throw new IllegalArgumentException("is more than an origin: " + origin + " is meant");
    }
    return origin;
  }

  private static int usualPort(String scheme) {
    return switch (scheme) {
      case "http" -> 80;
      case "https" -> 443;
      default -> -1;
    };
  }
}
