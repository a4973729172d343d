package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.castmesh.contract.User;
import io.castmesh.gateway.account.AccountService;
import io.castmesh.gateway.account.Avatars;
import io.castmesh.gateway.admin.Administration;
import io.castmesh.gateway.moderation.Sanction;
import io.castmesh.gateway.session.TokenBucket;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Signing up and in, tokens, and who one is. Attempts of one address are limited. */
final class AccountRoutes {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /** Addresses remembered at once; forgotten again when their allowance is full. */
  private static final int ADDRESSES = 10_000;

  private final AccountService accounts;
  private final Administration administration;
  private final ClientAddress address;
  private final int perMinute;
  private final Map<String, TokenBucket> attempts = new HashMap<>();

  /** The signed-in user as they see themselves. */
  private record Me(
      String id, String nickname, String avatar, boolean admin, Map<String, String> muted) {}

  AccountRoutes(
      AccountService accounts,
      Administration administration,
      ClientAddress address,
      int attemptsPerMinute) {
    this.accounts = accounts;
    this.administration = administration;
    this.address = address;
    this.perMinute = attemptsPerMinute;
  }

  void mount(Api api, Router router) {
    api.openBody(
        HttpMethod.POST,
        "/api/v1/auth/register",
        "Credentials",
        201,
        (ctx, body) ->
            limited(
                ctx,
                () -> accounts.register(body.getString("nickname"), body.getString("password"))));
    api.openBody(
        HttpMethod.POST,
        "/api/v1/auth/login",
        "Login",
        200,
        (ctx, body) ->
            limited(
                ctx, () -> accounts.login(body.getString("nickname"), body.getString("password"))));
    api.openBody(
        HttpMethod.POST,
        "/api/v1/auth/guest",
        "Guest",
        201,
        (ctx, body) -> limited(ctx, () -> accounts.guest(body.getString("nickname"))));
    api.openBody(
        HttpMethod.POST,
        "/api/v1/auth/refresh",
        "RefreshToken",
        200,
        (ctx, body) -> limited(ctx, () -> accounts.refresh(body.getString("refreshToken"))));
    api.signedInBody(
        HttpMethod.POST,
        "/api/v1/auth/logout",
        "RefreshToken",
        204,
        (ctx, who, body) -> accounts.logout(who, body.getString("refreshToken")));
    api.signedIn(HttpMethod.GET, "/api/v1/me", 200, (ctx, who) -> me(who.user()));
    router.get("/api/v1/users/:id/avatar").handler(AccountRoutes::avatar);
  }

  private Future<Me> me(User user) {
    Map<String, String> muted =
        administration.sanctions().mute(user.id()).map(Sanction::facts).orElse(null);
    return administration
        .admins()
        .isAdmin(user.id())
        // What does not need MySQL goes on without it; nobody is an administrator then.
        .otherwise(false)
        .map(admin -> new Me(user.id(), user.nickname(), user.avatar(), admin, muted));
  }

  private <T> Future<T> limited(RoutingContext ctx, Supplier<Future<T>> work) {
    String from = ClientAddress.network(address.of(ctx.request()));
    long now = System.nanoTime();
    if (attempts.size() >= ADDRESSES) {
      attempts.values().removeIf(bucket -> bucket.full(now));
    }
    boolean allowed =
        (attempts.containsKey(from) || attempts.size() < ADDRESSES)
            && attempts
                .computeIfAbsent(from, key -> new TokenBucket(perMinute / 60.0, perMinute, now))
                .take(now);
    return allowed ? work.get() : Future.failedFuture(Failure.TOO_MANY_REQUESTS.exception());
  }

  private static void avatar(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    if (!ID.matcher(id).matches()) {
      Problems.fail(ctx, Failure.USER_NOT_FOUND.exception());
      return;
    }
    ctx.response()
        .putHeader("content-type", "image/svg+xml")
        .putHeader("cache-control", "public, max-age=86400")
        .end(Avatars.svg(id));
  }
}
