package io.castmesh.medianode.engine.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MediaCodecTest {
  private static boolean startsKeyFrame(MediaCodec codec, String payload) {
    byte[] packet = HexFormat.of().parseHex("ffff" + payload.replace(" ", ""));
    return codec.startsKeyFrame(packet, 2, packet.length - 2);
  }

  private static MediaFormat h264(String profileLevelId, int packetizationMode) {
    return new MediaFormat(
        MediaCodec.H264,
        "level-asymmetry-allowed=1;packetization-mode=%d;profile-level-id=%s"
            .formatted(packetizationMode, profileLevelId));
  }

  @ParameterizedTest
  @CsvSource({
    "VP8,  90 80 9234 10,                  true,  first bytes of an intra frame with a picture id",
    "VP8,  90 80 9234 11,                  false, of an inter frame",
    "VP8,  80 80 9234 10,                  false, a later packet of an intra frame",
    "VP9,  88 9234 00,                     true,  begins a picture without prediction",
    "VP9,  c8 9234 00,                     false, predicted from earlier pictures",
    "VP9,  80 9234 00,                     false, goes on with a frame",
    "VP9,  a8 9234 02 00 00,               false, the second spatial layer of a key picture",
    "VP9,  aa 9234 00 00 18 0280 0168 00,  true,  the first layer with the structure",
    "VP9,  a8 92,                          false, cut off",
    "H264, 67 42e01f 8c,                   true,  sequence parameters alone",
    "H264, 78 0004 6742e01f 0002 68ce,     true,  aggregated with picture parameters",
    "H264, 78 0002 68ce 0004 6742e01f,     true,  in another order",
    "H264, 78 0002 68ce 0004 6742,         false, cut off",
    "H264, 7c 85 88,                       false, an IDR slice without its parameters",
    "H264, 7c 87 42e01f,                   true,  parameters in fragments",
    "H264, 7c 07 42e01f,                   false, a later fragment",
    "H264, 41 9a,                          false, a predicted slice",
    "AV1,  18 0a0b 00,                     true,  one sequence header and the flag",
    "AV1,  08 0d 0a 0b,                    true,  the flag with lengths before each unit",
    "AV1,  20 02 0a 0b 32,                 true,  no flag but a sequence header of two units",
    "AV1,  98 0a0b 00,                     false, goes on with a unit",
    "AV1,  10 32 00,                       false, a frame",
    "OPUS, fc 01 02,                       false, sound has none",
    "PCMU, ff ff ff,                       false, sound has none"
  })
  void knowsWhereAKeyFrameBegins(MediaCodec codec, String payload, boolean expected, String what) {
    assertThat(startsKeyFrame(codec, payload)).as(what).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(MediaCodec.class)
  void readsNothingBeyondAPayload(MediaCodec codec) {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      // an exception would tell
      byte[] noise = new byte[2 + random.nextInt(12)];
      random.nextBytes(noise);
      codec.startsKeyFrame(noise, 2, noise.length - 2);
      Vp9Payload.descriptorLength(noise, 2, noise.length - 2);
      H264Payload.startsIdrSlice(noise, 2, noise.length - 2);
    }
  }

  @Test
  void measuresTheDescriptorOfVp9() {
    byte[] packet = HexFormat.of().parseHex("aa923400001002800168ff");
    assertThat(Vp9Payload.descriptorLength(packet, 0, packet.length)).isEqualTo(10);
    assertThat(Vp9Payload.descriptorLength(packet, 0, 10)).isEqualTo(-1);
    assertThat(Vp9Payload.spatialLayer(packet, 0, packet.length)).isZero();
    byte[] flexible = HexFormat.of().parseHex("d8923403020000");
    assertThat(Vp9Payload.descriptorLength(flexible, 0, flexible.length)).isEqualTo(5);
  }

  @Test
  void aDecoderOfH264TakesItsProfileAndSimplerOnes() {
    MediaFormat baseline = h264("42e01f", 1);
    MediaFormat high = h264("64001f", 1);

    assertThat(baseline.fitness(h264("42e034", 1))).as("another level").isPositive();
    assertThat(baseline.fitness(high)).as("more than it knows").isZero();
    assertThat(baseline.fitness(h264("42001f", 1))).as("what encoders make of it").isPositive();
    assertThat(high.fitness(baseline)).as("simpler").isPositive().isLessThan(high.fitness(high));
    assertThat(h264("4d001f", 1).fitness(h264("640c1f", 1))).isZero();
    assertThat(high.fitness(h264("640c1f", 1))).isPositive();
    assertThat(h264("42e01f", 0).fitness(baseline)).as("fragments for mode 0").isZero();
    assertThat(baseline.fitness(h264("42e01f", 0))).isPositive();
    assertThat(baseline.fitness(h264("nonsense", 1))).isZero();
  }

  @Test
  void profilesOfOtherCodecsAreTakenAsTheyAre() {
    MediaFormat simple = new MediaFormat(MediaCodec.VP9, "");
    assertThat(simple.fitness(new MediaFormat(MediaCodec.VP9, "profile-id=0"))).isPositive();
    assertThat(simple.fitness(new MediaFormat(MediaCodec.VP9, "profile-id=2"))).isZero();
    MediaFormat main = new MediaFormat(MediaCodec.AV1, "level-idx=5;profile=0;tier=0");
    assertThat(main.fitness(new MediaFormat(MediaCodec.AV1, "profile=1"))).isZero();
    assertThat(main.fitness(simple)).isZero();
    MediaFormat opus = new MediaFormat(MediaCodec.OPUS, "minptime=10;useinbandfec=1");
    assertThat(opus.fitness(new MediaFormat(MediaCodec.OPUS, "usedtx=1"))).isPositive();
  }
}
