package io.castmesh.media.kurento;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;

/**
 * Tries whether a server answers the upgrade to a WebSocket: kurento-client waits for that without
 * a deadline, for ever when the connection ends meanwhile. Confined to one event loop.
 */
final class UpgradeProbe {
  private static final int MILLIS = 3_000;

  private final WebSocketClient client;
  private final WebSocketConnectOptions options;

  UpgradeProbe(Vertx vertx, String url) {
    URI uri = URI.create(url);
    boolean secure = "wss".equals(uri.getScheme());
    // Whom to trust is for kurento-client to say: nothing is told to the server here.
    client =
        vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setConnectTimeout(MILLIS)
                .setSsl(secure)
                .setTrustAll(true)
                .setVerifyHost(false));
    options =
        new WebSocketConnectOptions()
            .setHost(uri.getHost())
            .setPort(uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80)
            .setURI(uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()))
            .setTimeout(MILLIS);
  }

  /** Fails when there is no answer in time. */
  Future<Void> run() {
    return client.connect(options).onSuccess(WebSocket::close).mapEmpty();
  }

  Future<Void> close() {
    return client.close();
  }
}
