package io.castmesh.runtime.trace;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first handler of an HTTP interface: gives each request its trace, and tells it to who asks
 * ({@code traceresponse}).
 */
public final class HttpSteps implements Handler<RoutingContext> {
  private static final Logger log = LoggerFactory.getLogger(HttpSteps.class);
  private static final String RESPONSE_HEADER = "traceresponse";
  private static final int OUR_FAULT = 500;

  private final BiFunction<String, String, Step> begin;

  /**
   * @param begin a step of a name and of the caller's {@code traceparent}: {@link Tracing#request}
   *     for strangers, {@link Tracing#answer} for the mesh
   */
  public HttpSteps(BiFunction<String, String, Step> begin) {
    this.begin = begin;
  }

  @Override
  public void handle(RoutingContext ctx) {
    String method = ctx.request().method().name();
    Step step = begin.apply(method, ctx.request().getHeader(Trace.HEADER));
    step.set("http.request.method", method);
    step.trace().enter();
    ctx.response().putHeader(RESPONSE_HEADER, step.traceparent());
    long from = System.nanoTime();
    ctx.addHeadersEndHandler(
        headers -> {
          String route = ctx.currentRoute() == null ? null : ctx.currentRoute().getPath();
          if (route != null) {
            step.set("http.route", route).name(method + " " + route);
          }
        });
    ctx.addEndHandler(
        ended -> {
          int status = ctx.response().getStatusCode();
          step.set("http.response.status_code", status);
          if (status >= OUR_FAULT) {
            step.failed(Integer.toString(status));
          }
          step.end(ctx.response().ended() ? null : ended.cause());
          if (log.isDebugEnabled()) {
            log.debug(
                "answered method={} path={} status={} ms={}",
                method,
                ctx.normalizedPath(),
                status,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
          }
        });
    ctx.next();
  }
}
