package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Videos;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
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
    api.speakingBody(
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

  /** Filters of a list of videos. */
  static Videos.Query query(RoutingContext ctx) {
    Query query = new Query(ctx.queryParams());
    return new Videos.Query(
        query.time("from"),
        query.time("to"),
        query.seconds("minDuration"),
        query.seconds("maxDuration"),
        query.words("location", 100),
        query.words("nickname", 64),
        query.words("q", 200),
        query.page(),
        query.size());
  }
}
