package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.PacketHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pictures that are left out: what a decoder sees of it. */
class ThinningTest {
  /** Of 15 and of 8 bits: shortly before they wrap around. */
  private static final int FIRST_PICTURE = 0x7FF0;

  private static final int FIRST_BASE_LAYER = 250;

  /** What three temporal layers look like; the second and third picture begin theirs. */
  private static final int[] TEMPORAL = {0, 2, 1, 2};

  private final TestForwarding scene = new TestForwarding(TestForwarding.RTX_TYPE, 0);
  private int sequence = 30_000;
  private int picture;

  /** Pictures of two packets, 30 a second: 270 kbit/s with headers. */
  private void pictures(int count) {
    for (int i = 0; i < count; i++) {
      for (int part = 0; part < 2; part++) {
        byte[] payload =
            TestForwarding.picture(
                picture == 0,
                FIRST_PICTURE + picture,
                FIRST_BASE_LAYER + picture / 4,
                TEMPORAL[picture % 4],
                picture % 4 == 1 || picture % 4 == 2);
        payload[0] = (byte) (part == 0 ? 0x90 : 0x80); // S
        scene.arrives(sequence++, picture * 3_000, Arrays.copyOf(payload, 500));
      }
      picture++;
      scene.pass(33);
    }
  }

  private static int pictureId(byte[] rtp) {
    return Rtp.unsignedShort(TestForwarding.payload(rtp), 2) & 0x7FFF;
  }

  private static int baseLayerIndex(byte[] rtp) {
    return TestForwarding.payload(rtp)[4] & 0xFF;
  }

  private static int temporalLayer(byte[] rtp) {
    return (TestForwarding.payload(rtp)[5] & 0xC0) >>> 6;
  }

  /** Nothing is missing for who does not know what was left out. */
  private void isSeamless(List<byte[]> packets) {
    for (int i = 1; i < packets.size(); i++) {
      byte[] before = packets.get(i - 1);
      byte[] packet = packets.get(i);
      boolean samePicture = Rtp.timestamp(packet, 0) == Rtp.timestamp(before, 0);
      boolean nextBase = !samePicture && temporalLayer(packet) == 0;
      assertThat(TestForwarding.sequence(packet))
          .isEqualTo(TestForwarding.sequence(before) + 1 & 0xFFFF);
      assertThat(pictureId(packet)).isEqualTo(pictureId(before) + (samePicture ? 0 : 1) & 0x7FFF);
      assertThat(baseLayerIndex(packet))
          .isEqualTo(baseLayerIndex(before) + (nextBase ? 1 : 0) & 0xFF);
    }
  }

  @Test
  void leftOutPicturesLeaveNoGapAndNothingIsSentThatNeedsThem() {
    // when: everything, then what fits into three quarters of it, then everything
    pictures(40);
    scene.viewer.adapt(200_000, false, scene.now);
    pictures(40);
    scene.viewer.adapt(10_000_000, false, scene.now);
    pictures(40);

    // then
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      if (i < 40 || i >= 80 || TEMPORAL[i % 4] < 2) {
        expected.add(i);
      }
    }
    int first = Rtp.timestamp(scene.sent.get(0), 0);
    assertThat(scene.sent.stream().map(p -> (Rtp.timestamp(p, 0) - first) / 3_000).distinct())
        .containsExactlyElementsOf(expected);
    assertThat(scene.sent).hasSize(2 * expected.size());
    isSeamless(scene.sent);
  }

  @Test
  void aPacketIsRepeatedAsItWasSentThoughMoreWasLeftOutSince() {
    // given
    pictures(20);
    scene.viewer.adapt(200_000, false, scene.now);
    pictures(20);
    byte[] packet = scene.sent.get(50);
    pictures(20);

    // when
    scene.viewer.onNack(TestForwarding.sequence(packet), scene.now);

    // then
    byte[] repeated = TestForwarding.payload(scene.last());
    assertThat(Rtp.payloadType(scene.last(), 0)).isEqualTo(TestForwarding.RTX_TYPE);
    assertThat(Rtp.timestamp(scene.last(), 0)).isEqualTo(Rtp.timestamp(packet, 0));
    assertThat(Arrays.copyOfRange(repeated, 2, repeated.length))
        .isEqualTo(TestForwarding.payload(packet));
  }

  @Test
  void anotherPresenterGoesOnWithTheNextPicture() {
    // given
    pictures(10);

    // when: it counts from elsewhere
    scene.pass(1_000);
    picture = 0;
    sequence = 10;
    pictures(10);

    // then
    assertThat(scene.sent).hasSize(40);
    isSeamless(scene.sent);
  }

  @Test
  void shortPictureIdsStayShort() {
    // given: a picture id of seven bits
    byte[] payload = new byte[100];
    payload[0] = (byte) 0x90;
    payload[1] = (byte) 0x80;
    payload[2] = 0x7E;
    MediaPacket packet =
        new PacketHistory(16)
            .store(new MediaFormat(MediaCodec.VP8, ""), 1, 0, true, true, payload, 0, 100, 1);
    byte[] copy = payload.clone();

    // when
    Vp8Rewriter.rewrite(packet, copy, 3, 7);

    // then: round its end, and nothing else is touched
    payload[2] = 0x01;
    assertThat(copy).isEqualTo(payload);
  }
}
