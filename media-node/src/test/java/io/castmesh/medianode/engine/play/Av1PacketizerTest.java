package io.castmesh.medianode.engine.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class Av1PacketizerTest {
  private static List<String> packets(String frame) {
    List<String> packets = new ArrayList<>();
    new Av1Packetizer(new VideoFormat(MediaCodec.AV1, 640, 360, new byte[4]))
        .packetize(
            HexFormat.of().parseHex(frame),
            true,
            (payload, last) -> packets.add(HexFormat.of().formatHex(payload)));
    return packets;
  }

  @Test
  void unitsLeaveWithoutTheirOwnSizes() {
    assertThat(packets("0a010132020708")).containsExactly("08" + "020801" + "03300708");
  }

  @Test
  void whatClaimsToBeHugeIsLeftOut() {
    assertThat(packets("0a010132ffffffff0708")).containsExactly("08" + "020801");
    assertThat(packets("0a010132feffffff0708")).containsExactly("08" + "020801");
  }
}
