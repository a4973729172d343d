package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class Av1DepacketizerTest {
  private final Av1Depacketizer depacketizer = new Av1Depacketizer();

  private byte[] frame(String... packets) {
    List<byte[]> payloads = Stream.of(packets).map(HexFormat.of()::parseHex).toList();
    return depacketizer.frame(
        new Depacketizer.Packets() {
          @Override
          public int count() {
            return payloads.size();
          }

          @Override
          public byte[] payload(int index) {
            return payloads.get(index);
          }

          @Override
          public int length(int index) {
            return payloads.get(index).length;
          }
        });
  }

  @Test
  void putsTheUnitsOfSeveralPacketsTogetherWithTheirSizes() {
    // when: a sequence header and the beginning of a frame, and the rest of it
    byte[] frame = frame("680208013007", "9008");

    // then
    assertThat(frame).asHexString().isEqualTo("0A010132020708");
  }

  @Test
  void anElementThatClaimsToBeHugeIsNoFrame() {
    // given: sizes that overflow when they are added to a place
    assertThat(frame("08FFFFFFFF0700")).isNull();
    assertThat(frame("08FEFFFFFF0700")).isNull();
    assertThat(frame("080108FFFFFFFF0700")).isNull();
  }

  @Test
  void aUnitThatBringsItsSizeKeepsItWhenItIsRight() {
    assertThat(frame("18320108")).asHexString().isEqualTo("320108");
  }

  @Test
  void aUnitThatLiesAboutItsSizeIsNoFrame() {
    assertThat(frame("1832FFFFFFFF0708")).isNull();
    assertThat(frame("18320208")).isNull();
    assertThat(frame("1832")).isNull();
  }
}
