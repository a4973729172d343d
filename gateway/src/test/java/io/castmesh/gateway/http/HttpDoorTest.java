package io.castmesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HttpDoorTest {
  @Test
  void noSocketIsIdleBetweenTwoHeartbeats() {
    assertThat(HttpDoor.idleSeconds(Duration.ofSeconds(15))).isEqualTo(120);
    assertThat(HttpDoor.idleSeconds(Duration.ofSeconds(300))).isEqualTo(900);
  }
}
