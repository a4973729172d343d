package io.castmesh.gateway.http;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.SessionRef;
import io.castmesh.gateway.account.AccessTokens;
import io.castmesh.gateway.admin.Admins;
import io.castmesh.gateway.moderation.Sanctions;
import io.castmesh.gateway.rpc.JsonSchemas;
import io.castmesh.runtime.cluster.LoadBoard;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the HTTP routes share: bodies checked with {@code openapi.json}, bearer tokens, answers and
 * problems.
 */
final class Api {
  private static final int BODY_BYTES = 65_536;

  private final Router router;
  private final JsonSchemas schemas;
  private final AccessTokens tokens;
  private final Sanctions sanctions;
  private final Admins admins;
  private final LoadBoard load;
  private final ClientAddress address;
  private final String node;

  Api(
      Router router,
      JsonSchemas schemas,
      AccessTokens tokens,
      Sanctions sanctions,
      Admins admins,
      LoadBoard load,
      ClientAddress address,
      String node) {
    this.sanctions = sanctions;
    this.admins = admins;
    this.load = load;
    this.address = address;
    this.router = router;
    this.schemas = schemas;
    this.tokens = tokens;
    this.node = node;
  }

  /** A route for everybody, without a body. */
  void open(HttpMethod method, String path, Function<RoutingContext, Future<?>> handler) {
    router.route(method, path).handler(ctx -> finish(ctx, 200, guard(() -> handler.apply(ctx))));
  }

  /**
   * A route for everybody with a JSON body.
   *
   * @param schema a component of openapi.json
   */
  void openBody(
      HttpMethod method,
      String path,
      String schema,
      int status,
      BiFunction<RoutingContext, JsonObject, Future<?>> handler) {
    JsonSchemas.Check check = schemas.check(schema);
    router.route(method, path).handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES));
    router
        .route(method, path)
        .handler(ctx -> finish(ctx, status, guard(() -> handler.apply(ctx, body(ctx, check)))));
  }

  /** A route for who is signed in, without a body. */
  void signedIn(
      HttpMethod method,
      String path,
      int status,
      BiFunction<RoutingContext, AccessTokens.Verified, Future<?>> handler) {
    router
        .route(method, path)
        .handler(
            ctx ->
                finish(
                    ctx, status, guard(() -> verify(ctx)).compose(who -> handler.apply(ctx, who))));
  }

  /** A route for who is signed in with a JSON body. */
  void signedInBody(
      HttpMethod method, String path, String schema, int status, BodyHandlerOfUser handler) {
    JsonSchemas.Check check = schemas.check(schema);
    router.route(method, path).handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES));
    router
        .route(method, path)
        .handler(
            ctx ->
                finish(
                    ctx,
                    status,
                    guard(() -> verify(ctx))
                        .compose(who -> handler.handle(ctx, who, body(ctx, check)))));
  }

  /** The same for what others read: not for who is muted. */
  void speakingBody(
      HttpMethod method, String path, String schema, int status, BodyHandlerOfUser handler) {
    signedInBody(
        method,
        path,
        schema,
        status,
        (ctx, who, body) -> {
          sanctions.requireNotMuted(who.user().id());
          return handler.handle(ctx, who, body);
        });
  }

  /** A route for administrators, without a body; everybody else is refused before all else. */
  void admin(
      HttpMethod method,
      String path,
      int status,
      BiFunction<RoutingContext, AccessTokens.Verified, Future<?>> handler) {
    signedIn(
        method,
        path,
        status,
        (ctx, who) -> admins.require(who.user()).compose(is -> handler.apply(ctx, who)));
  }

  /** A route for administrators with a JSON body. */
  void adminBody(
      HttpMethod method, String path, String schema, int status, BodyHandlerOfUser handler) {
    JsonSchemas.Check check = schemas.check(schema);
    router.route(method, path).handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES));
    admin(method, path, status, (ctx, who) -> handler.handle(ctx, who, body(ctx, check)));
  }

  /** Handles the checked body of a signed-in user. */
  @FunctionalInterface
  interface BodyHandlerOfUser {
    Future<?> handle(RoutingContext ctx, AccessTokens.Verified who, JsonObject body);
  }

  /** Who asks over HTTP: a person without a session. */
  Caller caller(RoutingContext ctx, AccessTokens.Verified who) {
    return new Caller(new SessionRef("http", node), who.user(), address.of(ctx.request()));
  }

  Future<AccessTokens.Verified> verify(RoutingContext ctx) {
    String header = ctx.request().getHeader("authorization");
    if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return Future.failedFuture(Failure.UNAUTHENTICATED.exception());
    }
    return tokens
        .verify(header.substring(7).trim())
        .map(
            who -> {
              sanctions.requireNotBanned(who.user().id());
              return who;
            });
  }

  private static JsonObject body(RoutingContext ctx, JsonSchemas.Check check) {
    JsonObject body;
    try {
      body = ctx.body().asJsonObject();
    } catch (DecodeException | ClassCastException e) {
      throw Failure.INVALID_REQUEST.exception("the body is not a JSON object");
    }
    if (body == null) {
      throw Failure.INVALID_REQUEST.exception("a JSON object is needed");
    }
    String problem = check.problem(body);
    if (problem != null) {
      throw Failure.INVALID_REQUEST.exception(problem);
    }
    return body;
  }

  private void finish(RoutingContext ctx, int status, Future<?> answer) {
    load.answered();
    answer.onComplete(
        body -> {
          if (status == 204) {
            ctx.response().setStatusCode(204).end();
          } else {
            Problems.answer(ctx, status, body);
          }
        },
        error -> Problems.fail(ctx, error));
  }

  private static <T> Future<T> guard(Supplier<Future<? extends T>> work) {
    try {
      return work.get().map(value -> value);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
