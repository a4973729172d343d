package io.castmesh.gateway.http;

import io.castmesh.gateway.session.ClientSocket;
import io.castmesh.gateway.session.CloseCode;
import io.castmesh.gateway.session.Connection;
import io.castmesh.gateway.session.Sessions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two ways in for clients: native WebSocket at {@code /ws}, SockJS at {@code /sockjs}. */
final class Sockets {
  private static final Logger log = LoggerFactory.getLogger(Sockets.class);

  /** A SockJS post may carry several messages, each of which is held to its own limit. */
  private static final int SOCKJS_BODY_BYTES = 1024 * 1024;

  private static final Set<CloseCode> ABUSES =
      Set.of(CloseCode.SLOW_CONSUMER, CloseCode.TOO_MANY_REQUESTS, CloseCode.MESSAGE_TOO_LARGE);

  private final Sessions sessions;
  private final ClientAddress address;
  private final int pingsPerSecond;

  /**
   * @param pingsPerSecond of one socket, sustained
   */
  Sockets(Sessions sessions, ClientAddress address, int pingsPerSecond) {
    this.sessions = sessions;
    this.address = address;
    this.pingsPerSecond = pingsPerSecond;
  }

  /** Every request passes here before the router. */
  HttpServerRequest watch(HttpServerRequest request) {
    return SockJsUpgrade.watch(request, this::limitPings);
  }

  private void limitPings(ServerWebSocket underSockJs) {
    CloseCode code = CloseCode.TOO_MANY_REQUESTS;
    Pings.limit(underSockJs, pingsPerSecond)
        .onTooMany(
            () -> {
              sessions.closed(code);
              underSockJs.close((short) code.code(), code.reason());
            });
  }

  void mount(Vertx vertx, Router router) {
    router.get("/ws").handler(this::webSocket);
    SockJSHandler sockJs =
        SockJSHandler.create(
            vertx,
            new SockJSHandlerOptions()
                .setRegisterWriteHandler(false)
                .setHeartbeatInterval(25_000)
                .setSessionTimeout(10_000));
    // The transports that send by POST need their bodies read first. Polling (xhr, jsonp) does not
    // survive its first answer: https://github.com/vert-x3/vertx-web/issues/2862; streaming does.
    router.post("/sockjs/*").handler(BodyHandler.create(false).setBodyLimit(SOCKJS_BODY_BYTES));
    router.route("/sockjs/*").subRouter(sockJs.socketHandler(this::sockJs));
  }

  private void webSocket(RoutingContext ctx) {
    String from = address.of(ctx.request());
    ctx.request()
        .toWebSocket()
        .onSuccess(socket -> accept(socket, from))
        .onFailure(
            error ->
                Problems.fail(
                    ctx,
                    io.castmesh.contract.Failure.INVALID_REQUEST.exception("this is a WebSocket")));
  }

  private void accept(ServerWebSocket socket, String from) {
    Pings pings = Pings.limit(socket, pingsPerSecond);
    Connection connection =
        sessions.open(
            new ClientSocket() {
              @Override
              public Future<Void> send(String text) {
                return socket.writeTextMessage(text);
              }

              @Override
              public void close(CloseCode code) {
                if (!socket.isClosed()) {
                  socket.close((short) code.code(), code.reason());
                  if (ABUSES.contains(code)) {
                    // Who keeps sending would keep the socket open: nothing more is read of it, so
                    // that it runs into the idle timeout if it never completes the closing.
                    socket.pause();
                  }
                }
              }

              @Override
              public String address() {
                return from;
              }
            });
    if (connection == null) {
      return;
    }
    pings.onTooMany(connection::flooded);
    socket.textMessageHandler(connection::receive);
    socket.binaryMessageHandler(bytes -> connection.receive(bytes.toString()));
    socket.exceptionHandler(error -> log.debug("socket failed error={}", error.toString()));
    socket.closeHandler(
        closed ->
            connection.gone(socket.closeStatusCode() == null ? 1006 : socket.closeStatusCode()));
  }

  private void sockJs(SockJSSocket socket) {
    Connection connection =
        sessions.open(
            new ClientSocket() {
              @Override
              public Future<Void> send(String text) {
                return socket.write(text);
              }

              @Override
              public void close(CloseCode code) {
                socket.close(code.code(), code.reason());
              }

              @Override
              public String address() {
                return socket.remoteAddress() == null
                    ? ""
                    : address.of(socket.remoteAddress(), socket.headers().get("x-forwarded-for"));
              }
            });
    if (connection == null) {
      return;
    }
    socket.handler(text -> connection.receive(text.toString()));
    socket.exceptionHandler(error -> log.debug("socket failed error={}", error.toString()));
    // SockJS does not say why a client has gone: its session waits for it.
    socket.closeHandler(closed -> connection.gone(1006));
  }
}
