package io.castmesh.medianode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MediaNodeSettingsTest {

  @Test
  void argumentsWinOverTheEnvironmentWhichWinsOverDefaults() throws Exception {
    // when
    MediaNodeConfig config =
        MediaNodeSettings.read(
            Map.of(
                "CASTMESH_MEDIA_NODE_CONTROL_PORT", "1111",
                "CASTMESH_MEDIA_NODE_PORT", "2222",
                "CASTMESH_MEDIA_NODE_ANNOUNCED_ADDRESSES", "192.0.2.1, 192.0.2.2"),
            "--control-port=3333");
    // then
    assertThat(config)
        .isEqualTo(
            new MediaNodeConfig(
                "127.0.0.1", 3333, "0.0.0.0", 2222, List.of("192.0.2.1", "192.0.2.2")));
  }

  @Test
  void allProblemsAreReportedTogether() {
    // when / then
    assertThatThrownBy(
            () ->
                MediaNodeSettings.read(
                    Map.of("CASTMESH_MEDIA_NODE_CONTROL_PORT", "many"), "--colour=red"))
        .hasMessageContaining("CASTMESH_MEDIA_NODE_CONTROL_PORT must be a port number")
        .hasMessageContaining("--colour=red");
  }
}
