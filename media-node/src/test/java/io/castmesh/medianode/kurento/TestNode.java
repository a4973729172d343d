package io.castmesh.medianode.kurento;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.kurento.object.KurentoCounts;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A media node for tests, on a port of its own; the engine is one whose media tests control. */
final class TestNode implements AutoCloseable {
  final MemoryEngine engine = new MemoryEngine();
  private final Vertx vertx = Vertx.vertx();
  private final MediaNode node;

  TestNode(KurentoLimits limits) {
    this(limits, 0);
  }

  TestNode(KurentoLimits limits, int port) {
    this(limits, MediaNodeConfig.LOOPBACK.withControlPort(port));
  }

  TestNode(KurentoLimits limits, MediaNodeConfig config) {
    try {
      node = MediaNode.start(vertx, config, limits, () -> engine).await(60, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new IllegalStateException(late);
    }
  }

  int port() {
    return node.controlPort();
  }

  String url() {
    return "ws://127.0.0.1:" + port() + "/kurento";
  }

  KurentoCounts counts() {
    return node.control();
  }

  @Override
  public void close() {
    try {
      node.close().await(60, TimeUnit.SECONDS);
      vertx.close().await(60, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new IllegalStateException(late);
    }
  }
}
