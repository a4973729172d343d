package io.castmesh.vod.content;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Videos.Source;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.trace.HttpSteps;
import io.castmesh.runtime.trace.Tracing;
import io.castmesh.vod.library.VideoStore;
import io.castmesh.vod.library.VideoStore.Row;
import io.castmesh.vod.recording.RecordingFolder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileProps;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the bytes of videos and thumbnails to gateways: {@code /videos/ID/content} and {@code
 * /videos/ID/thumbnail}, whole or in one range. A path never comes from the client: the id is
 * looked up, and the file is the row's.
 *
 * <p>Belongs to the event loop of its verticle; files are sent by the kernel.
 */
public final class ContentServer {
  private static final Logger log = LoggerFactory.getLogger(ContentServer.class);

  private static final int IDLE_SECONDS = 120;
  private static final long DRAIN_SECONDS = 5;

  private record Served(Path path, String type) {}

  private final Vertx vertx;
  private final VideoStore videos;
  private final RecordingFolder folder;
  private final Tracing tracing;
  private final Counter bytes;
  private HttpServer server;
  private String base;

  public ContentServer(
      Vertx vertx,
      VideoStore videos,
      RecordingFolder folder,
      MeterRegistry metrics,
      Tracing tracing) {
    this.tracing = tracing;
    this.vertx = vertx;
    this.videos = videos;
    this.folder = folder;
    this.bytes = Metric.SERVED.counter(metrics);
  }

  /**
   * @param advertised host by which gateways reach this one; empty: the same
   */
  public Future<Void> start(String host, int port, String advertised) {
    Router router = Router.router(vertx);
    router.route().handler(new HttpSteps(tracing::answer));
    router
        .route("/videos/:id/content")
        .handler(ctx -> serve(ctx, row -> new Served(folder.file(row.file()), type(row.file()))));
    router
        .route("/videos/:id/thumbnail")
        .handler(ctx -> serve(ctx, row -> new Served(folder.thumbnail(row.file()), "image/jpeg")));
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
            .requestHandler(router);
    return server
        .listen(port, host)
        .map(
            listening -> {
              String name = advertised.isEmpty() ? host : advertised;
              base =
                  "http://"
                      + (name.contains(":") ? "[" + name + "]" : name)
                      + ":"
                      + listening.actualPort()
                      + "/videos/";
              return null;
            });
  }

  private static String type(String recording) {
    return recording.endsWith(".mp4") ? "video/mp4" : "video/webm";
  }

  public Future<Void> stop() {
    return server == null
        ? Future.succeededFuture()
        : server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS);
  }

  /** Where gateways find the bytes of a video. */
  public Source source(String id) {
    return new Source(base + id + "/content", base + id + "/thumbnail");
  }

  private void serve(RoutingContext ctx, Function<Row, Served> choose) {
    HttpServerRequest request = ctx.request();
    if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
      end(ctx.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD"), 405);
      return;
    }
    videos
        .find(ctx.pathParam("id"))
        .map(choose)
        .compose(
            served ->
                vertx
                    .fileSystem()
                    .props(served.path().toString())
                    .recover(error -> Future.failedFuture(Failure.VIDEO_NOT_FOUND.exception()))
                    .compose(file -> answer(request, served, file)))
        .onFailure(error -> fail(ctx, error));
  }

  private Future<Void> answer(HttpServerRequest request, Served served, FileProps file) {
    HttpServerResponse response = request.response();
    MultiMap headers = request.headers();
    Validators validators = Validators.of(file);
    response
        .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
        .putHeader(HttpHeaders.ETAG, validators.etag())
        .putHeader(HttpHeaders.LAST_MODIFIED, validators.lastModified());
    if (validators.preconditionFails(headers)) {
      return end(response, 412);
    }
    if (validators.notModified(headers)) {
      return end(response, 304);
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, served.type());
    if (request.method() == HttpMethod.HEAD) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(file.size()));
      return response.end();
    }
    Optional<ByteRange> range;
    try {
      range =
          validators.rangeCounts(headers)
              ? ByteRange.parse(headers.get("Range"), file.size())
              : Optional.empty();
    } catch (ByteRange.NotSatisfiable e) {
      response.headers().remove(HttpHeaders.CONTENT_TYPE);
      return end(response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + file.size()), 416);
    }
    long first = range.map(ByteRange::first).orElse(0L);
    long length = range.map(ByteRange::length).orElse(file.size());
    range.ifPresent(
        part ->
            response
                .setStatusCode(206)
                .putHeader(HttpHeaders.CONTENT_RANGE, part.contentRange(file.size())));
    return response
        .sendFile(served.path().toString(), first, length)
        .onSuccess(sent -> bytes.increment(length));
  }

  private static Future<Void> end(HttpServerResponse response, int status) {
    return response.setStatusCode(status).end();
  }

  /** A client that has gone away is no news. */
  private static void fail(RoutingContext ctx, Throwable error) {
    HttpServerResponse response = ctx.response();
    if (response.headWritten() || response.closed()) {
      log.debug("not served to its end error={}", error.toString());
      ctx.request().connection().close();
      return;
    }
    int status =
        error instanceof FailureException known
            ? known.failure().httpStatus()
            : Failure.INTERNAL.httpStatus();
    if (status == Failure.INTERNAL.httpStatus()) {
      log.error("not served", error);
    }
    end(response, status);
  }
}
