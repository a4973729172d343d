package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that ping without end, and read nothing of what is answered. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PingTest {
  private static final int PINGS = 300_000;
  private static final int PAYLOAD = 125;

  private Mesh mesh;
  private int port;
  private TestHttp http;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    mesh.bus()
        .serve(Presence.ASSERT, q -> Future.succeededFuture(Presence.Asserted.losing(List.of())));
    mesh.bus().serve(Presence.WITHDRAW, q -> Future.succeededFuture(Done.DONE));
    GatewayVerticle gateway = Gateways.on(mesh, test, Map.of());
    test.deploy(gateway);
    port = Gateways.port(gateway);
    http = new TestHttp(port);
  }

  @Test
  void whoPingsWithoutEndIsCutOffAlone() throws Exception {
    isCutOffAlone("/ws", "Ada");
  }

  @Test
  void theWebSocketsOfSockJsAreNoWayAroundIt() throws Exception {
    isCutOffAlone("/sockjs/websocket", "Bea");
    isCutOffAlone("/sockjs/000/abc/websocket", "Cleo");
  }

  private void isCutOffAlone(String path, String nickname) throws Exception {
    double before = cutOff();
    try (TestClient bystander = new TestClient(mesh.vertx(), port);
        Socket client = upgraded(path)) {
      // given
      bystander.authenticate(http.signUp(nickname), null);
      // when
      AtomicInteger written = new AtomicInteger();
      Thread flood = new Thread(() -> ping(client, written));
      flood.start();
      // then
      eventually("it is cut off", () -> assertThat(cutOff()).isEqualTo(before + 1));
      flood.join(2_000);
      assertThat(written.get()).isLessThan(PINGS);
      assertThat(bystander.call("session.ping", new JsonObject()).containsKey("result")).isTrue();
    }
  }

  private double cutOff() {
    return Metric.SOCKETS_CLOSED.counter(mesh.metrics(), "too_many_requests").count();
  }

  private Socket upgraded(String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
        .isEqualTo("HTTP/1.1 101");
    return socket;
  }

  /** Until it cannot write any more. */
  private static void ping(Socket client, AtomicInteger written) {
    byte[] frame = new byte[6 + PAYLOAD];
    frame[0] = (byte) 0x89;
    frame[1] = (byte) (0x80 | PAYLOAD);
    try {
      OutputStream out = client.getOutputStream();
      while (written.incrementAndGet() < PINGS) {
        out.write(frame);
      }
    } catch (IOException cut) {
      // As it is to be.
    }
  }
}
