package io.castmesh.medianode.kurento;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.MediaNodeConfig;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One suite for every server that speaks the protocol: this node, and by hand a real Kurento Media
 * Server, with {@code -Dcastmesh.conformance.url=ws://host:8888/kurento}. What the scripts expect
 * is what Kurento 7.3 answers; where this node differs on purpose stands in docs/media-node.md.
 */
class KurentoConformanceTest {
  private static final String OTHER_SERVER = System.getProperty("castmesh.conformance.url");

  private static Vertx vertx;
  private static MediaNode node;
  private static String url = OTHER_SERVER;

  @BeforeAll
  static void start() throws TimeoutException {
    if (OTHER_SERVER == null) {
      vertx = Vertx.vertx();
      MediaNodeConfig config = MediaNodeConfig.LOOPBACK;
      node = MediaNode.start(vertx, config).await(30, TimeUnit.SECONDS);
      url = "ws://127.0.0.1:" + node.controlPort() + "/kurento";
    }
  }

  @AfterAll
  static void stop() throws TimeoutException {
    if (node != null) {
      node.close().await(60, TimeUnit.SECONDS);
      vertx.close().await(60, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "media-object",
        "server-manager",
        "element",
        "connections",
        "webrtc-endpoint",
        "rtp-endpoint",
        "uri-endpoints",
        "protocol"
      })
  void everyOperationIsAnsweredAsByKurento(String script) throws Exception {
    try (RawSocket socket = new RawSocket(url)) {
      new ConformanceScript(socket).play(script);
    }
  }
}
