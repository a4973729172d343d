package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Videos;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Recordings: lists, single ones, renaming, deleting. Their bytes pass through {@link Relay}. */
final class VideoRoutes {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private final Bus bus;
  private final Relay relay;

  VideoRoutes(Bus bus, Relay relay) {
    this.bus = bus;
    this.relay = relay;
  }

  void mount(Api api, Router router) {
    api.open(HttpMethod.GET, "/api/v1/videos", ctx -> bus.ask(Videos.LIST, query(ctx)));
    api.open(
        HttpMethod.GET, "/api/v1/videos/:id", ctx -> bus.ask(Videos.GET, new Videos.ById(id(ctx))));
    api.signedInBody(
        HttpMethod.PATCH,
        "/api/v1/videos/:id",
        "VideoUpdate",
        200,
        (ctx, who, body) ->
            bus.ask(
                Videos.UPDATE,
                new Videos.Update(api.caller(ctx, who), id(ctx), body.getString("title"))));
    api.signedIn(
        HttpMethod.DELETE,
        "/api/v1/videos/:id",
        204,
        (ctx, who) -> bus.ask(Videos.DELETE, new Videos.Delete(api.caller(ctx, who), id(ctx))));
    router.get("/api/v1/videos/:id/content").handler(ctx -> pass(ctx, Videos.Source::contentUrl));
    router.head("/api/v1/videos/:id/content").handler(ctx -> pass(ctx, Videos.Source::contentUrl));
    router
        .get("/api/v1/videos/:id/thumbnail")
        .handler(ctx -> pass(ctx, Videos.Source::thumbnailUrl));
  }

  private void pass(RoutingContext ctx, Function<Videos.Source, String> url) {
    ctx.request().pause();
    Future<Videos.Source> source;
    try {
      source = bus.ask(Videos.SOURCE, new Videos.ById(id(ctx)));
    } catch (RuntimeException e) {
      source = Future.failedFuture(e);
    }
    source
        .compose(found -> relay.pass(ctx, url.apply(found)))
        .onFailure(error -> Problems.fail(ctx, error));
  }

  private static String id(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    if (!ID.matcher(id).matches()) {
      throw Failure.VIDEO_NOT_FOUND.exception();
    }
    return id;
  }

  private static Videos.Query query(RoutingContext ctx) {
    MultiMap q = ctx.queryParams();
    return new Videos.Query(
        time(q, "from"),
        time(q, "to"),
        seconds(q, "minDuration"),
        seconds(q, "maxDuration"),
        words(q, "location", 100),
        words(q, "nickname", 64),
        words(q, "q", 200),
        integer(q, "page", 0, 0, 100_000),
        integer(q, "size", 20, 1, 100));
  }

  private static String words(MultiMap query, String name, int max) {
    String text = query.get(name);
    if (text == null || text.isBlank()) {
      return null;
    }
    if (text.length() > max) {
      throw Failure.INVALID_REQUEST.exception(name + ": at most " + max + " characters");
    }
    return text.trim();
  }

  private static Instant time(MultiMap query, String name) {
    String text = words(query, name, 64);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Failure.INVALID_REQUEST.exception(
          name + ": must be a time such as 2026-01-31T12:00:00Z");
    }
  }

  private static Double seconds(MultiMap query, String name) {
    String text = words(query, name, 32);
    try {
      Double value = text == null ? null : Double.valueOf(text);
      if (value != null && !(value >= 0 && value <= 1e9)) {
        throw new NumberFormatException();
      }
      return value;
    } catch (NumberFormatException e) {
      throw Failure.INVALID_REQUEST.exception(name + ": must be a number of seconds");
    }
  }

  private static int integer(MultiMap query, String name, int otherwise, int min, int max) {
    String text = words(query, name, 16);
    try {
      int value = text == null ? otherwise : Integer.parseInt(text);
      if (value < min || value > max) {
        throw new NumberFormatException();
      }
      return value;
    } catch (NumberFormatException e) {
      throw Failure.INVALID_REQUEST.exception(name + ": must be from " + min + " to " + max);
    }
  }
}
