package io.castmesh.media;

import io.castmesh.testing.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and a media server, and stops handing on, or hangs up, when told to. */
final class FreezingProxy implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final List<NetSocket> sockets = new CopyOnWriteArrayList<>();
  private final NetServer server;
  private final URI target;
  private volatile boolean frozen;
  private volatile boolean hangingUp;

  /** Connections that were ended before anything was answered. */
  final AtomicInteger ended = new AtomicInteger();

  FreezingProxy(String targetUrl) {
    target = URI.create(targetUrl);
    server = vertx.createNetServer().connectHandler(this::onConnect);
    Eventually.await(server.listen(0, "127.0.0.1"));
  }

  String url() {
    return "ws://127.0.0.1:" + server.actualPort() + target.getPath();
  }

  /** Connections stand and new ones are taken, but no byte gets through any more. */
  void freeze() {
    frozen = true;
    sockets.forEach(NetSocket::pause);
  }

  void thaw() {
    frozen = false;
    sockets.forEach(NetSocket::resume);
  }

  /** Connections end, and new ones do at the first word. */
  void hangUp(boolean on) {
    hangingUp = on;
    if (on) {
      sockets.forEach(NetSocket::close);
    }
  }

  private void onConnect(NetSocket near) {
    if (hangingUp) {
      near.handler(
          word -> {
            ended.incrementAndGet();
            near.close();
          });
      return;
    }
    near.pause();
    sockets.add(near);
    vertx
        .createNetClient()
        .connect(target.getPort(), target.getHost())
        .onSuccess(
            far -> {
              sockets.add(far);
              near.handler(far::write);
              far.handler(near::write);
              near.closeHandler(closed -> far.close());
              far.closeHandler(closed -> near.close());
              if (frozen) {
                far.pause();
              } else {
                near.resume();
              }
            })
        .onFailure(error -> near.close());
  }

  @Override
  public void close() {
    Eventually.await(vertx.close());
  }
}
