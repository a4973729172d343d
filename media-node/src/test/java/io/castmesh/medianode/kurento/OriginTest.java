package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.MediaNodeConfig;
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
              "http://127.0.0.1",
              "http://localhost:" + node.port(),
              "127.0.0.1:" + node.port(),
              "null")) {
        // when / then
        assertThatThrownBy(() -> new RawSocket(node.url(), origin))
            .as(origin)
            .hasStackTraceContaining("403");
      }
    }
  }

  @Test
  void programsAreServedAndSoAreThoseThatNameTheServerItself() throws Exception {
    // given
    try (TestNode node = new TestNode(KurentoLimits.defaults());
        RawSocket program = new RawSocket(node.url());
        RawSocket kurento = new RawSocket(node.url(), "http://127.0.0.1:" + node.port())) {
      // when / then
      assertThat(program.value("ping", null)).isEqualTo("pong");
      assertThat(kurento.value("ping", null)).isEqualTo("pong");
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
