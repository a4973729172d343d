package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.account.AccessTokens;
import io.castmesh.gateway.account.AccountService;
import io.castmesh.gateway.admin.Administration;
import io.castmesh.gateway.rpc.JsonSchemas;
import io.castmesh.gateway.session.Sessions;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.trace.HttpSteps;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The gateway's port: sockets, HTTP interface, documents and the web application. */
public final class HttpDoor {
  private static final int IDLE_SECONDS = 120;

  /** A client that lets a heartbeat out is given up by its session, not by the idle timeout. */
  private static final int IDLE_HEARTBEATS = 3;

  /** Above every limit of ours: those are answered with codes of ours. */
  private static final int FRAME_BYTES = 2 * 1024 * 1024;

  private final Mesh mesh;
  private final GatewayConfig config;
  private HttpServer server;

  public HttpDoor(Mesh mesh, GatewayConfig config) {
    this.mesh = mesh;
    this.config = config;
  }

  public Future<Void> open(
      AccessTokens tokens,
      AccountService accounts,
      Sessions sessions,
      IceServers iceServers,
      JsonSchemas openRpc,
      Administration administration) {
    Router router = Router.router(mesh.vertx());
    WebApp web = new WebApp(config.webDir(), config.tls().enabled());
    JsonSchemas openApi = JsonSchemas.load("/openapi.json");
    ClientAddress address = new ClientAddress(config.trustedProxies());
    Api api =
        new Api(
            router,
            openApi,
            tokens,
            administration.sanctions(),
            administration.admins(),
            mesh.peers().load(),
            address,
            mesh.node());
    router.route().handler(new HttpMeters(openApi.document(), mesh.metrics())::measure);
    router.route().handler(web::headers);
    router.route("/api/*").handler(new HttpSteps(mesh.tracing()::request));
    router.route("/api/*").handler(new CrossOrigin(config.allowedOrigins())::handle);
    router.route("/api/*").handler(this::refuseLate);
    Sockets sockets = new Sockets(sessions, address, config.limits().messagesPerSecond());
    sockets.mount(mesh.vertx(), router);
    new AccountRoutes(accounts, administration, address, config.auth().attemptsPerMinute())
        .mount(api, router);
    new LiveRoutes(mesh.bus(), iceServers).mount(api);
    new VideoRoutes(mesh.bus(), new Relay(mesh.vertx())).mount(api, router);
    new RoomRoutes(mesh.bus()).mount(api);
    new AdminRoutes(administration.people(), administration.moderator(), administration.actions())
        .mount(api);
    new AdminMeshRoutes(mesh, administration.actions(), administration.history()).mount(api);
    document(router, "/openrpc.json", openRpc.document());
    document(router, "/openapi.json", openApi.document());
    web.mount(router);
    router.route().failureHandler(ctx -> Problems.fail(ctx, ctx.failure()));
    for (int status : new int[] {400, 404, 405, 413, 415, 500}) {
      router.errorHandler(
          status,
          ctx ->
              Problems.fail(
                  ctx, ctx.failure() == null ? new HttpException(status) : ctx.failure()));
    }
    return options()
        .compose(
            options -> {
              server =
                  mesh.vertx()
                      .createHttpServer(options)
                      .requestHandler(request -> router.handle(sockets.watch(request)));
              return server.listen(config.port(), config.host());
            })
        .mapEmpty();
  }

  /** An order that waited while this process stood still has been given again, to another. */
  private void refuseLate(RoutingContext ctx) {
    HttpMethod method = ctx.request().method();
    if (mesh.freeze().isAftermath() && method != HttpMethod.GET && method != HttpMethod.HEAD) {
      throw Failure.UNAVAILABLE.exception("this gateway stood still for a while");
    }
    ctx.next();
  }

  public int port() {
    return server.actualPort();
  }

  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.shutdown(1, TimeUnit.SECONDS);
  }

  private Future<HttpServerOptions> options() {
    HttpServerOptions options =
        new HttpServerOptions()
            .setCompressionSupported(true)
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false)
            .setMaxWebSocketFrameSize(FRAME_BYTES)
            .setMaxWebSocketMessageSize(FRAME_BYTES)
            .setRegisterWebSocketWriteHandlers(false)
            .setIdleTimeout(idleSeconds(config.session().heartbeat()));
    if (!config.tls().enabled()) {
      return Future.succeededFuture(options);
    }
    return mesh.vertx()
        .executeBlocking(() -> Certificates.of(config.tls()))
        .map(pem -> options.setSsl(true).setUseAlpn(true).setKeyCertOptions(pem));
  }

  static int idleSeconds(Duration heartbeat) {
    return (int) Math.max(IDLE_SECONDS, IDLE_HEARTBEATS * heartbeat.toSeconds());
  }

  private static void document(Router router, String path, JsonObject document) {
    router
        .get(path)
        .handler(
            ctx ->
                ctx.response()
                    .putHeader("content-type", "application/json")
                    .putHeader("cache-control", "no-cache")
                    .end(document.toBuffer()));
  }
}
