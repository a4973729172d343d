package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Passes a file of another service through to the client: a chunk at a time and no faster than the
 * client reads, ranges and conditions included. A client that goes ends the transfer.
 */
final class Relay {
  private static final List<String> REQUEST_HEADERS =
      List.of("range", "if-range", "if-none-match", "if-modified-since", "if-match");
  private static final List<String> RESPONSE_HEADERS =
      List.of(
          "content-type",
          "content-length",
          "content-range",
          "accept-ranges",
          "etag",
          "last-modified",
          "cache-control");
  private static final int CONNECTIONS = 256;
  private static final int WAITING = 256;

  /**
   * For a connection, and then for the head of the answer; the body takes as long as the client.
   */
  private static final int WAIT_MILLIS = 5000;

  private final HttpClient client;

  Relay(Vertx vertx) {
    client =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(3000),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(WAITING));
  }

  Future<Void> pass(RoutingContext ctx, String url) {
    return client
        .request(
            new RequestOptions()
                .setMethod(ctx.request().method())
                .setAbsoluteURI(url)
                .setConnectTimeout(WAIT_MILLIS))
        .compose(
            request -> {
              REQUEST_HEADERS.forEach(
                  name -> {
                    String value = ctx.request().getHeader(name);
                    if (value != null) {
                      request.putHeader(name, value);
                    }
                  });
              return request
                  .send()
                  .timeout(WAIT_MILLIS, TimeUnit.MILLISECONDS)
                  .map(response -> new Upstream(request, response));
            })
        .recover(error -> Future.failedFuture(Failure.UNAVAILABLE.exception()))
        .compose(upstream -> forward(ctx, upstream));
  }

  private record Upstream(HttpClientRequest request, HttpClientResponse response) {
    /** Ends the transfer; that it has been cut is no news to us. */
    void cancel() {
      response.exceptionHandler(cut -> {});
      request.reset();
    }
  }

  private static Future<Void> forward(RoutingContext ctx, Upstream upstream) {
    HttpClientResponse from = upstream.response();
    HttpServerResponse to = ctx.response();
    int status = from.statusCode();
    if (status == 404) {
      upstream.cancel();
      return Future.failedFuture(Failure.VIDEO_NOT_FOUND.exception());
    }
    if (status >= 500) {
      upstream.cancel();
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    RESPONSE_HEADERS.forEach(
        name -> {
          String value = from.getHeader(name);
          if (value != null) {
            to.putHeader(name, value);
          }
        });
    if (status == 416) {
      String range = from.getHeader("content-range");
      upstream.cancel();
      RESPONSE_HEADERS.forEach(to.headers()::remove);
      if (range != null) {
        to.putHeader("content-range", range);
      }
      return Future.failedFuture(Failure.RANGE_NOT_SATISFIABLE.exception());
    }
    // Media is compressed already.
    to.putHeader("content-encoding", "identity").setStatusCode(status);
    to.closeHandler(gone -> upstream.request().reset());
    return from.pipeTo(to)
        .recover(
            error -> {
              upstream.cancel();
              to.reset();
              return Future.succeededFuture();
            });
  }
}
