package io.castmesh.media;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.kurento.KurentoLimits;
import io.castmesh.testing.Eventually;
import io.vertx.core.Vertx;

/** The embedded media node on a Vert.x of its own, which can be killed and started again. */
final class TestMediaServer implements AutoCloseable {
  private final KurentoLimits limits;
  private int port;
  private Vertx vertx;
  private MediaNode node;
  ScriptedEngine engine;

  TestMediaServer() {
    this(KurentoLimits.defaults());
  }

  TestMediaServer(KurentoLimits limits) {
    this.limits = limits;
    start();
  }

  void start() {
    vertx = Vertx.vertx();
    engine = new ScriptedEngine();
    MediaNodeConfig config = MediaNodeConfig.LOOPBACK.withControlPort(port);
    node = Eventually.await(MediaNode.start(vertx, config, limits, () -> engine));
    port = node.controlPort();
  }

  String url() {
    return "ws://127.0.0.1:" + port + "/kurento";
  }

  /** Everything on it is gone. */
  void kill() {
    Eventually.await(vertx.close());
  }

  @Override
  public void close() {
    kill();
  }
}
