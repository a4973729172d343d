package io.castmesh.gateway.http;

import io.castmesh.runtime.config.Origins;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
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
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

  /** What the SDK sends, and a player that asks for a part of a video. */
  private static final String REQUEST_HEADERS = "authorization, content-type, range, traceparent";

  private static final String RESPONSE_HEADERS =
      "accept-ranges, content-length, content-range, retry-after, traceresponse, www-authenticate";

  /** How long a browser need not ask again; in seconds. */
  private static final String MAX_AGE = "3600";

  private final Set<String> allowed;

  /**
   * @param allowed origins as {@link Origins#parse} gives them
   */
  public CrossOrigin(List<String> allowed) {
    this.allowed = Set.copyOf(allowed);
  }

  /** Before all routes of the interface. */
  void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    MultiMap headers = ctx.response().headers();
    boolean any = allowed.contains(Origins.ANY);
    if (!any && !allowed.isEmpty()) {
      // Whoever keeps answers keeps one for each origin.
      headers.add(HttpHeaders.VARY, "origin");
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null || !any && !allowed.contains(origin)) {
      ctx.next();
      return;
    }
    headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, any ? Origins.ANY : origin);
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
