package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The built web application: hashed assets are cached for ever, the page itself never; an unknown
 * path is the application's own route. Every answer carries the security headers.
 */
final class WebApp {
  private static final String POLICY =
      "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src"
          + " 'self' blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; object-src"
          + " 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

  private static final String NOT_API = "/(?!api/).*";

  private final Path dir;
  private final boolean tls;

  WebApp(Path dir, boolean tls) {
    this.dir = dir;
    this.tls = tls;
  }

  /** Before all routes. */
  void headers(RoutingContext ctx) {
    HttpServerResponse response = ctx.response();
    response
        .putHeader("content-security-policy", POLICY)
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader("cross-origin-opener-policy", "same-origin")
        .putHeader(
            "permissions-policy",
            "camera=(self), microphone=(self), display-capture=(self), geolocation=()");
    if (tls) {
      response.putHeader("strict-transport-security", "max-age=31536000");
    }
    ctx.next();
  }

  /** After all other routes. */
  void mount(Router router) {
    router
        .route("/assets/*")
        .handler(
            StaticHandler.create(FileSystemAccess.ROOT, dir.resolve("assets").toString())
                .setMaxAgeSeconds(31_536_000)
                .setIncludeHidden(false)
                .setDirectoryListing(false));
    // What lies under /api is not ours: there an address without a route is 404, one that has a
    // route for another method 405.
    router
        .routeWithRegex(NOT_API)
        .handler(
            StaticHandler.create(FileSystemAccess.ROOT, dir.toString())
                .setCachingEnabled(false)
                .setIncludeHidden(false)
                .setDirectoryListing(false));
    router.getWithRegex(NOT_API).handler(this::page);
  }

  private void page(RoutingContext ctx) {
    String accept = ctx.request().getHeader("accept");
    Path index = dir.resolve("index.html");
    boolean wanted =
        !ctx.normalizedPath().startsWith("/assets/")
            && accept != null
            && accept.contains("text/html");
    if (!wanted || !Files.isRegularFile(index)) {
      Problems.fail(ctx, Failure.NOT_FOUND.exception());
      return;
    }
    ctx.response()
        .putHeader("content-type", "text/html; charset=utf-8")
        .putHeader("cache-control", "no-cache")
        .sendFile(index.toString());
  }
}
