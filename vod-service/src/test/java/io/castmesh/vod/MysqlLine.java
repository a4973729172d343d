package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;

import io.castmesh.runtime.store.MysqlUrl;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The way to MySQL, which can be cut: then connections end, and new ones are refused. */
final class MysqlLine {
  private final Vertx vertx;
  private final MysqlUrl mysql;
  private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
  private NetServer server;
  private int port;

  MysqlLine(Vertx vertx, String url) {
    this.vertx = vertx;
    this.mysql = MysqlUrl.parse(url);
    join();
  }

  /** The address of MySQL at the end of this line. */
  String url() {
    return "mysql://"
        + mysql.user()
        + ":"
        + mysql.password()
        + "@127.0.0.1:"
        + port
        + "/"
        + mysql.database();
  }

  void cut() {
    await(server.close());
    open.forEach(NetSocket::close);
    open.clear();
  }

  void join() {
    server = vertx.createNetServer().connectHandler(this::pass);
    await(server.listen(port, "127.0.0.1"));
    port = server.actualPort();
  }

  private void pass(NetSocket client) {
    client.pause();
    open.add(client);
    vertx
        .createNetClient()
        .connect(mysql.port(), mysql.host())
        .onSuccess(
            there -> {
              open.add(there);
              client.pipeTo(there).eventually(there::close);
              there.pipeTo(client).eventually(client::close);
            })
        .onFailure(refused -> client.close());
  }

  /** Ends what was opened; the line is not used any more. */
  Future<Void> close() {
    open.forEach(NetSocket::close);
    return server.close();
  }
}
