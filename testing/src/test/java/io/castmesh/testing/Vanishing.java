package io.castmesh.testing;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A line to a database that may vanish: what is on it then is neither answered nor closed, and new
 * connections find the database.
 */
final class Vanishing {
  private final List<AtomicBoolean> lines = new CopyOnWriteArrayList<>();
  private final NetClient client;
  private final NetServer server;

  Vanishing(Vertx vertx, String host, int port) {
    client = vertx.createNetClient();
    server =
        Eventually.await(
            vertx
                .createNetServer()
                .connectHandler(
                    near -> {
                      near.pause();
                      client.connect(port, host).onSuccess(far -> join(near, far));
                    })
                .listen(0, "127.0.0.1"));
  }

  int port() {
    return server.actualPort();
  }

  void vanish() {
    new ArrayList<>(lines).forEach(line -> line.set(true));
  }

  void close() {
    Eventually.await(server.close());
    Eventually.await(client.close());
  }

  private void join(NetSocket near, NetSocket far) {
    AtomicBoolean vanished = new AtomicBoolean();
    lines.add(vanished);
    pass(near, far, vanished);
    pass(far, near, vanished);
    near.resume();
  }

  private static void pass(NetSocket from, NetSocket to, AtomicBoolean vanished) {
    from.handler(
        bytes -> {
          if (!vanished.get()) {
            to.write(bytes);
          }
        });
    from.closeHandler(
        gone -> {
          if (!vanished.get()) {
            to.close();
          }
        });
  }
}
