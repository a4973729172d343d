package io.castmesh.medianode.kurento;

import io.castmesh.medianode.engine.MediaEngine;
import io.castmesh.medianode.kurento.element.ServerManagerObject;
import io.castmesh.medianode.kurento.object.KurentoCounts;
import io.castmesh.medianode.kurento.object.KurentoCounts.Refusal;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectStore;
import io.castmesh.medianode.kurento.rpc.Connection;
import io.castmesh.medianode.kurento.rpc.Methods;
import io.castmesh.medianode.kurento.rpc.RequestProcessor;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket server of the protocol, at {@code /kurento}. One event loop serves all sockets:
 * control traffic is small, and one thread needs no locks. The engine is not owned: whoever started
 * it stops it.
 */
public final class KurentoServer extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(KurentoServer.class);
  private static final String PATH = "/kurento";
  private static final short INVALID_PATH = 1002;
  private static final long SHUTDOWN_SECONDS = 2;

  private final String bindHost;
  private final int bindPort;
  private final AllowedOrigins origins;
  private final KurentoLimits limits;
  private final MediaEngine engine;
  private final Set<Connection> connections = new HashSet<>();
  private ObjectStore objects;
  private RequestProcessor processor;
  private HttpServer server;
  private volatile int port;

  /**
   * @param bindPort 0 takes a free one: see {@link #port()}
   * @param allowedOrigins of pages that may open a socket; {@code *}: of every page
   */
  public KurentoServer(
      String bindHost,
      int bindPort,
      List<String> allowedOrigins,
      KurentoLimits limits,
      MediaEngine engine) {
    this.bindHost = bindHost;
    this.bindPort = bindPort;
    this.origins = new AllowedOrigins(allowedOrigins);
    this.limits = limits;
    this.engine = engine;
  }

  /** The bound port, once deployed. Any thread. */
  public int port() {
    return port;
  }

  /** What it counts, once deployed. Any thread. */
  public KurentoCounts counts() {
    return objects.counts();
  }

  @Override
  public Future<?> start() {
    objects =
        new ObjectStore(
            limits.maxObjects(), limits.maxSessions(), limits.maxSubscriptionsPerSession());
    ObjectHost host = new ObjectHost(objects, engine, context, limits.operationTimeoutMillis());
    ServerManagerObject manager = new ServerManagerObject(host);
    objects.setManager(manager, manager::announce);
    processor =
        new RequestProcessor(
            new Methods(host), limits.replyCacheMillis(), limits.maxCachedReplies());
    vertx.setPeriodic(limits.sessionGcMillis(), timer -> objects.collectGarbage());
    server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setHost(bindHost)
                .setPort(bindPort)
                .setTcpKeepAlive(true)
                .setReadIdleTimeout((int) limits.idleMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(limits.maxMessageBytes())
                .setMaxWebSocketMessageSize(limits.maxMessageBytes()));
    server.requestHandler(this::onRequest);
    return server
        .listen()
        .onSuccess(
            bound -> {
              port = bound.actualPort();
              log.info("The Kurento protocol is served at ws://{}:{}{}", bindHost, port, PATH);
            });
  }

  @Override
  public Future<?> stop() {
    return server.shutdown(SHUTDOWN_SECONDS, TimeUnit.SECONDS).eventually(objects::releaseAll);
  }

  private void onRequest(HttpServerRequest request) {
    if (!"websocket".equalsIgnoreCase(request.getHeader("upgrade"))) {
      request.response().setStatusCode(426).putHeader("upgrade", "websocket").end();
    } else if (!origins.admit(request)) {
      objects.counts().count(Refusal.ORIGIN);
      log.warn("A page of {} is refused", request.getHeader(HttpHeaders.ORIGIN));
      request.response().setStatusCode(403).end();
    } else if (connections.size() >= limits.maxSockets()) {
      objects.counts().count(Refusal.SOCKETS);
      log.warn("A control socket is refused: {} are open", connections.size());
      request.response().setStatusCode(503).end();
    } else {
      request
          .toWebSocket()
          .onSuccess(socket -> onOpen(request, socket))
          .onFailure(cause -> log.debug("A handshake failed", cause));
    }
  }

  private void onOpen(HttpServerRequest request, ServerWebSocket socket) {
    if (!PATH.equals(request.path())) {
      socket.close(INVALID_PATH, "Invalid path");
      return;
    }
    Connection connection =
        new Connection(
            socket,
            objects,
            processor,
            limits.maxRequestsInFlight(),
            limits.maxMessageBytes(),
            limits.maxUnsentBytes());
    connections.add(connection);
    objects.counts().sockets(connections.size());
    socket.shutdownHandler(ignored -> socket.close((short) 1001, "Shutting down"));
    socket.closeHandler(
        ignored -> {
          connections.remove(connection);
          objects.counts().sockets(connections.size());
          connection.onClosed();
        });
  }
}
