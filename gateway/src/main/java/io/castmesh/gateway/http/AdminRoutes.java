package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.castmesh.gateway.account.AccessTokens;
import io.castmesh.gateway.admin.AdminLog;
import io.castmesh.gateway.admin.Moderator;
import io.castmesh.gateway.admin.People;
import io.castmesh.gateway.moderation.Sanction.Kind;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** The doors of administrators to people, and to what administrators did. */
final class AdminRoutes {
  static final String PATH = "/api/v1/admin";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private final People people;
  private final Moderator moderator;
  private final AdminLog actions;

  AdminRoutes(People people, Moderator moderator, AdminLog actions) {
    this.people = people;
    this.moderator = moderator;
    this.actions = actions;
  }

  void mount(Api api) {
    api.admin(HttpMethod.GET, PATH + "/people", 200, (ctx, who) -> people(ctx));
    api.adminBody(
        HttpMethod.POST,
        PATH + "/people/:id/kick",
        "AdminReason",
        204,
        (ctx, who, body) -> moderator.kick(who.user(), id(ctx), reason(body)));
    sanction(api, "/mute", Kind.MUTE);
    sanction(api, "/ban", Kind.BAN);
    api.admin(
        HttpMethod.GET,
        PATH + "/actions",
        200,
        (ctx, who) -> {
          Query query = new Query(ctx.queryParams());
          return actions.list(
              query.number("before", Long.MAX_VALUE, 1, Long.MAX_VALUE), query.size());
        });
  }

  private void sanction(Api api, String door, Kind kind) {
    String path = PATH + "/people/:id" + door;
    api.adminBody(
        HttpMethod.PUT,
        path,
        "AdminSanction",
        204,
        (ctx, who, body) -> impose(ctx, who, kind, body));
    api.admin(
        HttpMethod.DELETE, path, 204, (ctx, who) -> moderator.lift(who.user(), id(ctx), kind));
  }

  private Future<?> impose(
      RoutingContext ctx, AccessTokens.Verified who, Kind kind, JsonObject body) {
    Long seconds = body.getLong("seconds");
    return moderator.impose(
        who.user(),
        id(ctx),
        kind,
        reason(body),
        seconds == null ? null : Duration.ofSeconds(seconds));
  }

  private Future<?> people(RoutingContext ctx) {
    Query query = new Query(ctx.queryParams());
    String show = query.words("show", 16);
    try {
      return people.find(
          show == null ? People.Show.ONLINE : People.Show.valueOf(show.toUpperCase(Locale.ROOT)),
          query.words("q", 64),
          query.page(),
          query.size());
    } catch (IllegalArgumentException e) {
      throw Failure.INVALID_REQUEST.exception("show: online, all or sanctioned");
    }
  }

  /** What an administrator says why; null: nothing. */
  static String reason(JsonObject body) {
    String reason = body.getString("reason");
    return reason == null || reason.isBlank() ? null : reason.strip();
  }

  private static String id(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    if (!ID.matcher(id).matches()) {
      throw Failure.USER_NOT_FOUND.exception();
    }
    return id;
  }
}
