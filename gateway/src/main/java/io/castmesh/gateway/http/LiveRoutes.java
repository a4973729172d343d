package io.castmesh.gateway.http;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.Map;

/** What is live, who watches, and the servers that help media through networks. */
final class LiveRoutes {
  private final Bus bus;
  private final IceServers iceServers;

  LiveRoutes(Bus bus, IceServers iceServers) {
    this.bus = bus;
    this.iceServers = iceServers;
  }

  void mount(Api api) {
    api.open(
        HttpMethod.GET, "/api/v1/lives", ctx -> bus.ask(Media.LIVES, new Media.LivesQuery(null)));
    api.open(HttpMethod.GET, "/api/v1/lives/:id", ctx -> live(ctx.pathParam("id")));
    api.signedIn(
        HttpMethod.GET,
        "/api/v1/lives/:id/viewers",
        200,
        (ctx, who) ->
            live(ctx.pathParam("id"))
                .compose(
                    live ->
                        live.presenter().id().equals(who.user().id())
                            ? bus.ask(Audience.MEMBERS, new Audience.Query(live.liveId()))
                            : Future.failedFuture(Failure.FORBIDDEN.exception())));
    api.signedIn(
        HttpMethod.GET,
        "/api/v1/ice-servers",
        200,
        (ctx, who) ->
            Future.succeededFuture(Map.of("iceServers", iceServers.forUser(who.user().id()))));
  }

  private Future<Media.Live> live(String id) {
    return bus.ask(Media.LIVES, new Media.LivesQuery(id))
        .compose(
            lives ->
                lives.items().isEmpty()
                    ? Future.failedFuture(Failure.LIVE_NOT_FOUND.exception())
                    : Future.succeededFuture(lives.items().get(0)));
  }
}
