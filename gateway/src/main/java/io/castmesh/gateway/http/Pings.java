package io.castmesh.gateway.http;

import io.castmesh.gateway.session.TokenBucket;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;

/**
 * Bounds the pings of one WebSocket (RFC 6455, section 5.5.2): Vert.x answers each by itself, also
 * to a client that reads no answers, before anybody has signed in, and after we have closed.
 *
 * <p>Belongs to the gateway's event loop.
 */
final class Pings {
  private Runnable onTooMany = () -> {};
  private boolean tooMany;

  private Pings() {}

  /** Nothing more is read of a socket that brings more: it runs into the idle timeout. */
  static Pings limit(ServerWebSocket socket, int perSecond) {
    Pings pings = new Pings();
    TokenBucket rate = new TokenBucket(perSecond, perSecond * 3.0, System.nanoTime());
    socket.frameHandler(
        frame -> {
          if (frame.isPing() && !pings.tooMany && !rate.take(System.nanoTime())) {
            pings.tooMany = true;
            pings.onTooMany.run();
            // Not now: Vert.x fetches another frame after each ping.
            Vertx.currentContext().runOnContext(next -> socket.pause());
          }
        });
    return pings;
  }

  /** Called once. */
  void onTooMany(Runnable close) {
    onTooMany = close;
  }
}
