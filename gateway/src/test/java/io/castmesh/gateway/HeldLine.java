package io.castmesh.gateway;

import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.store.MysqlUrl;
import io.castmesh.testing.Eventually;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A line to MySQL on which the first connection that says certain words stands still until it is
 * released; others go on.
 */
final class HeldLine {
  private final AtomicReference<String> words = new AtomicReference<>();
  private final Promise<Void> released = Promise.promise();
  private final Promise<Void> ended = Promise.promise();
  private final NetClient client;
  private final NetServer server;
  private final MysqlUrl url;

  HeldLine(TestMesh test) {
    Mesh mesh = test.mesh();
    url = MysqlUrl.parse(mesh.config().mysqlUrl());
    client = mesh.vertx().createNetClient();
    server =
        Eventually.await(
            mesh.vertx()
                .createNetServer()
                .connectHandler(
                    near -> {
                      near.pause();
                      client.connect(url.port(), url.host()).onSuccess(far -> join(near, far));
                    })
                .listen(0, "127.0.0.1"));
  }

  /** The same mesh with MySQL at the end of this line; it all stops with the mesh. */
  Mesh under(TestMesh test) {
    Mesh mesh = test.mesh();
    mesh.lifecycle().onStop("line to MySQL", server::close);
    return test.withMysql(
        mesh.config().mysqlUrl().replace(":" + url.port() + "/", ":" + server.actualPort() + "/"));
  }

  /** From now on. */
  void holdWhoSays(String said) {
    words.set(said);
  }

  /** Blocks until the transaction on the connection that was held has ended. */
  void release() {
    released.complete();
    Eventually.await(ended.future());
  }

  private void join(NetSocket near, NetSocket far) {
    AtomicReference<Boolean> held = new AtomicReference<>(false);
    AtomicReference<Boolean> ending = new AtomicReference<>(false);
    near.handler(
        bytes -> {
          String text = bytes.toString(StandardCharsets.ISO_8859_1);
          String wanted = words.get();
          if (wanted != null && text.contains(wanted) && words.compareAndSet(wanted, null)) {
            held.set(true);
            near.pause();
            released.future().onSuccess(go -> goOn(near, far, bytes));
            return;
          }
          ending.set(held.get() && (text.contains("COMMIT") || text.contains("ROLLBACK")));
          far.write(bytes);
        });
    far.handler(
        bytes ->
            near.write(bytes)
                .onSuccess(
                    written -> {
                      if (ending.get()) {
                        ended.tryComplete();
                      }
                    }));
    near.closeHandler(gone -> far.close());
    far.closeHandler(gone -> near.close());
    near.resume();
  }

  private static void goOn(NetSocket near, NetSocket far, Buffer bytes) {
    far.write(bytes);
    near.resume();
  }
}
