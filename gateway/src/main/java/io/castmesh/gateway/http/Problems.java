package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.trace.Trace;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How HTTP answers: records as JSON, failures as problems (RFC 9457). */
public final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  static void answer(RoutingContext ctx, int status, Object body) {
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(Json.buffer(body));
  }

  /**
   * What every problem says, whoever answers with it.
   *
   * @param status of the answer
   */
  public static JsonObject document(Failure kind, int status) {
    return new JsonObject()
        .put("type", "urn:castmesh:failure:" + kind.name().toLowerCase(Locale.ROOT))
        .put("title", kind.message())
        .put("status", status)
        .put("code", kind.code())
        .put("name", kind.name())
        .put("retryable", kind.retryable());
  }

  static void fail(RoutingContext ctx, Throwable error) {
    FailureException failure = failure(ctx, error);
    Failure kind = failure.failure();
    if (ctx.response().headWritten()) {
      ctx.response().reset();
      return;
    }
    JsonObject problem = document(kind, kind.httpStatus());
    failure.details().ifPresent(details -> problem.put("detail", details));
    String trace = Trace.currentId();
    if (trace != null) {
      problem.put("trace", trace);
    }
    failure.facts().forEach(problem::put);
    if (kind == Failure.TOO_MANY_REQUESTS || kind == Failure.UNAVAILABLE) {
      ctx.response().putHeader("retry-after", "1");
    }
    if (kind.httpStatus() == 401) {
      ctx.response().putHeader("www-authenticate", "Bearer");
    }
    ctx.response()
        .setStatusCode(kind.httpStatus())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(problem.toBuffer());
  }

  private static FailureException failure(RoutingContext ctx, Throwable error) {
    if (error instanceof FailureException known) {
      return known;
    }
    int status =
        error instanceof HttpException http
            ? http.getStatusCode()
            : error == null ? ctx.statusCode() : 500;
    return switch (status) {
      case 400 -> Failure.INVALID_REQUEST.exception();
      case 401 -> Failure.UNAUTHENTICATED.exception();
      case 403 -> Failure.FORBIDDEN.exception();
      case 404 -> Failure.NOT_FOUND.exception();
      case 405 -> Failure.METHOD_NOT_ALLOWED.exception();
      case 413 -> Failure.MESSAGE_TOO_LARGE.exception();
      case 415 -> Failure.UNSUPPORTED_MEDIA_TYPE.exception();
      default -> {
        log.error("request failed path={}", ctx.request().path(), error);
        yield Failure.INTERNAL.exception();
      }
    };
  }
}
