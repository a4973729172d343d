package io.castmesh.media.kurento;

import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.ConnectException;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * Tells a server whose process is dead from one that cannot be reached for a moment: the dead one's
 * port refuses connections. Confined to one event loop.
 */
final class PortProbe {
  private static final int CONNECT_MILLIS = 1_000;

  /** A port may be refused once while its server is very busy. */
  private static final int REFUSALS = 2;

  private static final long PAUSE_MILLIS = 250;

  private final Vertx vertx;
  private final NetClient client;
  private final String host;
  private final int port;

  PortProbe(Vertx vertx, String url) {
    this.vertx = vertx;
    this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS));
    URI uri = URI.create(url);
    this.host = uri.getHost();
    this.port = uri.getPort() >= 0 ? uri.getPort() : "wss".equals(uri.getScheme()) ? 443 : 80;
  }

  /** Whether nobody listens there; false as well when that cannot be said. Never fails. */
  Future<Boolean> isClosed() {
    return isClosed(1);
  }

  private Future<Boolean> isClosed(int attempt) {
    return client
        .connect(port, host)
        .transform(
            connected -> {
              if (connected.succeeded()) {
                connected.result().close();
                return Future.succeededFuture(false);
              }
              if (!refused(connected.cause()) || attempt == REFUSALS) {
                return Future.succeededFuture(refused(connected.cause()));
              }
              return vertx
                  .timer(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                  .compose(waited -> isClosed(attempt + 1));
            });
  }

  private static boolean refused(Throwable error) {
    return error instanceof ConnectException && !(error instanceof ConnectTimeoutException);
  }

  Future<Void> close() {
    return client.close();
  }
}
