package io.castmesh.gateway.http;

import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.metrics.Timers;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Counts HTTP requests by the route that they are for, and how long it takes until their answers
 * begin; the bodies of videos take as long as their viewers. Stands before all routes, because
 * Vert.x's own metrics of HTTP servers are switched off (see {@code Clustering}).
 */
final class HttpMeters {
  private static final String SOCKJS = "/sockjs/*";
  private static final String ELSE = "/*";
  private static final int SWITCHING_PROTOCOLS = 101;

  /** A path of openapi.json in its parts; those in braces fit everything. */
  private record Template(String path, String[] parts) {
    boolean fits(String[] asked) {
      if (asked.length != parts.length) {
        return false;
      }
      for (int i = 0; i < parts.length; i++) {
        if (!parts[i].startsWith("{") && !parts[i].equals(asked[i])) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Template> templates;
  private final Counters requests;
  private final Timers durations;

  /**
   * @param openApi the document of all routes: whatever strangers ask for besides is one
   */
  HttpMeters(JsonObject openApi, MeterRegistry metrics) {
    templates =
        openApi.getJsonObject("paths").fieldNames().stream()
            .map(path -> new Template(path, path.split("/", -1)))
            .toList();
    requests = Metric.HTTP_REQUESTS.counters(metrics);
    durations = Metric.HTTP_REQUEST.timers(metrics);
    templates.forEach(template -> durations.of(template.path()));
    Arrays.asList(SOCKJS, ELSE).forEach(durations::of);
  }

  void measure(RoutingContext ctx) {
    long begin = System.nanoTime();
    ctx.addHeadersEndHandler(
        head -> {
          int status = ctx.response().getStatusCode();
          if (status == SWITCHING_PROTOCOLS) {
            return;
          }
          String route = route(ctx.request().path());
          durations.of(route).record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
          requests.of(ctx.request().method().name(), route, Integer.toString(status)).increment();
        });
    ctx.next();
  }

  private String route(String path) {
    if (path == null) {
      return ELSE;
    }
    if (path.startsWith("/sockjs/")) {
      return SOCKJS;
    }
    String[] parts = path.split("/", -1);
    return templates.stream()
        .filter(template -> template.fits(parts))
        .map(Template::path)
        .findFirst()
        .orElse(ELSE);
  }
}
