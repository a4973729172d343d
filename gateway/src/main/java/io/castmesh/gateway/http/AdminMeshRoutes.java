package io.castmesh.gateway.http;

import io.castmesh.contract.Calls;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.Nodes;
import io.castmesh.contract.Rooms;
import io.castmesh.contract.User;
import io.castmesh.contract.Videos;
import io.castmesh.gateway.admin.AdminLog;
import io.castmesh.gateway.admin.AdminLog.Action;
import io.castmesh.gateway.admin.History;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The doors of administrators to lives, rooms, calls, recordings, everybody, and the mesh. */
final class AdminMeshRoutes {
  private static final String PATH = AdminRoutes.PATH;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9.-]{1,64}");
  private static final Pattern ROOM = Pattern.compile("[0-9]{6,9}");
  private static final int CALLS = 500;

  private record Notice(String text, String level, Instant time) {}

  private final Mesh mesh;
  private final Bus bus;
  private final AdminLog actions;
  private final History history;

  AdminMeshRoutes(Mesh mesh, AdminLog actions, History history) {
    this.mesh = mesh;
    this.bus = mesh.bus();
    this.actions = actions;
    this.history = history;
  }

  void mount(Api api) {
    api.admin(
        HttpMethod.GET,
        PATH + "/lives",
        200,
        (ctx, who) -> bus.ask(Media.LIVES, new Media.LivesQuery(null)));
    api.adminBody(
        HttpMethod.POST,
        PATH + "/lives/:id/end",
        "AdminReason",
        204,
        (ctx, who, body) -> endLive(who.user(), id(ctx, Failure.LIVE_NOT_FOUND), body));
    api.admin(
        HttpMethod.GET,
        PATH + "/rooms",
        200,
        (ctx, who) -> {
          Query query = new Query(ctx.queryParams());
          return bus.ask(Rooms.ALL, new Rooms.AllQuery(query.page(), query.size()));
        });
    api.adminBody(
        HttpMethod.POST,
        PATH + "/rooms/:id/end",
        "AdminReason",
        204,
        (ctx, who, body) -> {
          String id = id(ctx, ROOM, Failure.ROOM_NOT_FOUND);
          return doing(
              who.user(),
              "end_room",
              id,
              id,
              body,
              () -> bus.ask(Rooms.CLOSE, new Rooms.Close(id)));
        });
    api.admin(
        HttpMethod.GET,
        PATH + "/calls",
        200,
        (ctx, who) -> bus.ask(Calls.ALL, new Calls.AllQuery(CALLS)));
    api.adminBody(
        HttpMethod.POST,
        PATH + "/calls/:id/end",
        "AdminReason",
        204,
        (ctx, who, body) -> endCall(who.user(), id(ctx, Failure.CALL_NOT_FOUND), body));
    api.admin(
        HttpMethod.GET,
        PATH + "/videos",
        200,
        (ctx, who) -> bus.ask(Videos.LIST, VideoRoutes.query(ctx)));
    api.admin(
        HttpMethod.DELETE,
        PATH + "/videos/:id",
        204,
        (ctx, who) -> deleteVideo(who.user(), id(ctx, Failure.VIDEO_NOT_FOUND)));
    api.adminBody(
        HttpMethod.POST,
        PATH + "/broadcast",
        "AdminBroadcast",
        204,
        (ctx, who, body) -> broadcast(who.user(), body));
    api.admin(HttpMethod.GET, PATH + "/mesh", 200, (ctx, who) -> view());
    api.admin(
        HttpMethod.POST,
        PATH + "/nodes/:id/drain",
        202,
        (ctx, who) -> drain(who.user(), id(ctx, Failure.NOT_FOUND)));
    api.adminBody(
        HttpMethod.POST,
        PATH + "/media-servers/drain",
        "AdminMediaServer",
        204,
        (ctx, who, body) -> drainServer(who.user(), body));
    api.admin(HttpMethod.GET, PATH + "/history", 200, (ctx, who) -> history.read());
  }

  private Future<?> endLive(User admin, String id, JsonObject body) {
    return bus.ask(Media.LIVES, new Media.LivesQuery(id))
        .compose(
            lives -> {
              if (lives.items().isEmpty()) {
                throw Failure.LIVE_NOT_FOUND.exception();
              }
              Media.Live live = lives.items().get(0);
              String name = live.presenter().nickname() + ": " + live.title();
              return doing(
                  admin,
                  "end_live",
                  id,
                  live.title() == null ? live.presenter().nickname() : name,
                  body,
                  () -> bus.ask(Media.END_LIVE, new Media.EndLive(id, "moderated")));
            });
  }

  private Future<?> endCall(User admin, String id, JsonObject body) {
    return bus.ask(Calls.ALL, new Calls.AllQuery(CALLS))
        .map(
            calls ->
                calls.items().stream()
                    .filter(call -> call.callId().equals(id))
                    .findFirst()
                    .map(call -> call.caller().nickname() + ", " + call.callee().nickname())
                    .orElse(id))
        .compose(
            name ->
                doing(
                    admin,
                    "end_call",
                    id,
                    name,
                    body,
                    () -> bus.ask(Calls.END, new Calls.EndCall(id))));
  }

  private Future<?> deleteVideo(User admin, String id) {
    return bus.ask(Videos.GET, new Videos.ById(id))
        .compose(
            video ->
                actions.doing(
                    admin,
                    new Action(
                        "delete_video", id, video.owner().nickname() + ": " + video.title(), null),
                    () -> bus.ask(Videos.REMOVE, new Videos.ById(id))));
  }

  private Future<?> broadcast(User admin, JsonObject body) {
    Notice notice =
        new Notice(body.getString("text").strip(), body.getString("level", "info"), Instant.now());
    return actions.doing(
        admin,
        new Action("broadcast", "", "", notice.text()),
        () -> {
          mesh.clients().toEveryone("notice.posted", notice);
          return Future.succeededFuture(Done.DONE);
        });
  }

  private Future<?> view() {
    return bus.ask(Media.SERVERS, new Media.ServersQuery())
        .map(Media.Servers::items)
        // Without media-service the rest is still worth seeing.
        .otherwise(List.of())
        .map(
            servers -> {
              Map<String, Object> view = new LinkedHashMap<>();
              view.put("self", mesh.node());
              view.put("drainable", mesh.vertx().isClustered());
              view.put("nodes", mesh.peers().nodes());
              view.put("mediaServers", servers);
              return view;
            });
  }

  private Future<?> drain(User admin, String node) {
    Nodes.Node found =
        mesh.peers().nodes().stream()
            .filter(one -> one.node().equals(node))
            .findFirst()
            .orElseThrow(() -> Failure.NOT_FOUND.exception("there is no such node"));
    if (!mesh.vertx().isClustered()) {
      throw Failure.NODE_ALONE.exception();
    }
    return actions.doing(
        admin,
        new Action("drain_node", node, found.service(), null),
        () -> bus.ask(Nodes.DRAIN.at(node), new Nodes.Drain(admin.id())));
  }

  private Future<?> drainServer(User admin, JsonObject body) {
    String url = body.getString("url");
    boolean draining = body.getBoolean("draining");
    return actions.doing(
        admin,
        new Action(draining ? "drain_media_server" : "use_media_server", url, url, null),
        () -> bus.ask(Media.DRAIN_SERVER, new Media.DrainServer(url, draining)));
  }

  private Future<?> doing(
      User admin,
      String what,
      String target,
      String name,
      JsonObject body,
      Supplier<Future<Done>> work) {
    return actions.doing(admin, new Action(what, target, name, AdminRoutes.reason(body)), work);
  }

  private static String id(RoutingContext ctx, Failure unknown) {
    return id(ctx, ID, unknown);
  }

  private static String id(RoutingContext ctx, Pattern pattern, Failure unknown) {
    String id = ctx.pathParam("id");
    if (!pattern.matcher(id).matches()) {
      throw unknown.exception();
    }
    return id;
  }
}
