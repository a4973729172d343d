package io.castmesh.gateway.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which pages of other origins may use the HTTP interface (<a
 * href="https://fetch.spec.whatwg.org/#http-cors-protocol">CORS protocol</a>).
 *
 * <p>A page of any other origin is answered as if there were no such protocol: its browser keeps
 * the answer from it. Nobody is refused for the origin that a request names, since browsers name it
 * in a page's requests to its own server, too. Sockets need none of this: who they belong to is
 * said by the token of their first message, never by a cookie.
 *
 * <p>Vert.x's own {@code CorsHandler} answers 403 where an origin is not allowed.
 */
public final class CrossOrigin {
  private static final String ANY = "*";
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

  /** What the SDK sends, and a player that asks for a part of a video. */
  private static final String REQUEST_HEADERS = "authorization, content-type, range, traceparent";

  private static final String RESPONSE_HEADERS =
      "accept-ranges, content-length, content-range, retry-after, traceresponse, www-authenticate";

  /** How long a browser need not ask again; in seconds. */
  private static final String MAX_AGE = "3600";

  private final Set<String> allowed;

  /**
   * @param allowed origins as {@link #parse} gives them
   */
  public CrossOrigin(List<String> allowed) {
    this.allowed = Set.copyOf(allowed);
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

  /** Before all routes of the interface. */
  void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    MultiMap headers = ctx.response().headers();
    boolean any = allowed.contains(ANY);
    if (!any && !allowed.isEmpty()) {
      // Whoever keeps answers keeps one for each origin.
      headers.add(HttpHeaders.VARY, "origin");
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null || !any && !allowed.contains(origin)) {
      ctx.next();
      return;
    }
    headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, any ? ANY : origin);
    boolean preflight =
        request.method() == HttpMethod.OPTIONS
            && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null;
    if (!preflight) {
      headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS);
      ctx.next();
      return;
    }
    headers
        .set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
        .set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    ctx.response().setStatusCode(204).end();
  }
}
