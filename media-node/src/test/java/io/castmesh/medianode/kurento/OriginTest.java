package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.MediaNodeConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may open a control socket: browsers say of which origin a page is, programs do not. */
class OriginTest {
  private static final String PAGE = "https://www.example.org";

  @Test
  void aPageOfAnotherOriginIsRefused() {
    // given
    try (TestNode node = new TestNode(KurentoLimits.defaults())) {
      for (String origin :
          List.of(
              PAGE,
              "http://localhost.example.org",
              "http://127.0.0.1.example.org",
              "http://192.0.2.1:" + node.port(),
              "127.0.0.1:" + node.port(),
              "file://",
              "null")) {
        // when / then
        assertThatThrownBy(() -> new RawSocket(node.url(), origin))
            .as(origin)
            .hasStackTraceContaining("403");
      }
    }
  }

  @Test
  void programsAreServedAndSoAreThoseThatNameTheServerOrTheirMachine() throws Exception {
    // given
    try (TestNode node = new TestNode(KurentoLimits.defaults());
        RawSocket program = new RawSocket(node.url())) {
      assertThat(program.value("ping", null)).isEqualTo("pong");
      for (String origin :
          List.of(
              "http://127.0.0.1:" + node.port(),
              "http://localhost/",
              "https://localhost:3000",
              "http://[::1]:8080")) {
        // when / then
        try (RawSocket own = new RawSocket(node.url(), origin)) {
          assertThat(own.value("ping", null)).as(origin).isEqualTo("pong");
        }
      }
    }
  }

  /** Its name may lead to this machine by now (DNS rebinding). */
  @Test
  void aPageWhoseOwnNameLeadsHereIsRefused() throws Exception {
    // given
    try (TestNode node = new TestNode(KurentoLimits.defaults())) {
      // when / then
      assertThat(statusFor("evil.example", node)).isEqualTo("403");
      assertThat(statusFor("localhost", node)).isEqualTo("101");
      assertThat(statusFor("127.0.0.1", node)).isEqualTo("101");
    }
  }

  /** What a handshake is answered whose page was loaded from a server of this name. */
  private static String statusFor(String name, TestNode node) throws IOException {
    String server = name + ":" + node.port();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
      socket.setSoTimeout(60_000);
      socket
          .getOutputStream()
          .write(
              String.join(
                      "\r\n",
                      "GET /kurento HTTP/1.1",
                      "Host: " + server,
                      "Origin: http://" + server,
                      "Connection: Upgrade",
                      "Upgrade: websocket",
                      "Sec-WebSocket-Version: 13",
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                      "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine()
          .split(" ")[1];
    }
  }

  @Test
  void aPageOfAnAllowedOriginIsServedAndNoOther() throws Exception {
    // given
    MediaNodeConfig config = MediaNodeConfig.LOOPBACK.withAllowedOrigins(List.of(PAGE));
    try (TestNode node = new TestNode(KurentoLimits.defaults(), config);
        RawSocket page = new RawSocket(node.url(), PAGE)) {
      // when / then
      assertThat(page.value("ping", null)).isEqualTo("pong");
      assertThatThrownBy(() -> new RawSocket(node.url(), PAGE + ".evil.example"))
          .hasStackTraceContaining("403");
    }
  }

  @Test
  void everyPageMayBeAllowed() throws Exception {
    // given
    MediaNodeConfig config = MediaNodeConfig.LOOPBACK.withAllowedOrigins(List.of("*"));
    try (TestNode node = new TestNode(KurentoLimits.defaults(), config);
        RawSocket page = new RawSocket(node.url(), PAGE)) {
      // when / then
      assertThat(page.value("ping", null)).isEqualTo("pong");
    }
  }
}
