package io.castmesh.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import java.util.function.Consumer;

/**
 * A request that SockJS may make a WebSocket of. SockJS does not hand its WebSockets out: so we
 * learn of them here, before it has them.
 */
final class SockJsUpgrade extends HttpServerRequestWrapper {
  private final Consumer<ServerWebSocket> opened;

  private SockJsUpgrade(HttpServerRequestInternal request, Consumer<ServerWebSocket> opened) {
    super(request);
    this.opened = opened;
  }

  /** The request itself when it has nothing to do with it. */
  static HttpServerRequest watch(HttpServerRequest request, Consumer<ServerWebSocket> opened) {
    return request.path() != null
            && request.path().startsWith("/sockjs/")
            && request instanceof HttpServerRequestInternal known
        ? new SockJsUpgrade(known, opened)
        : request;
  }

  @Override
  public Future<ServerWebSocket> toWebSocket() {
    return super.toWebSocket().onSuccess(opened::accept);
  }
}
