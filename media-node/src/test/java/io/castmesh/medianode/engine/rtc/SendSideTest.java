package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Which layer a viewer gets, by what is known of its line. */
class SendSideTest {
  private static final int PICTURES_A_SECOND = 30;

  /** Headers, as rates count them. */
  private static final int OVERHEAD = 60;

  private final int[] sequences = new int[3];
  private int pictures;

  /** The camera sends layers of these rates for a second; the viewer is looked after. */
  private void second(TestForwarding scene, int... bitsPerSecond) {
    for (int i = 0; i < PICTURES_A_SECOND; i++) {
      for (int layer = 0; layer < bitsPerSecond.length; layer++) {
        int bytes = bitsPerSecond[layer] / 8 / PICTURES_A_SECOND;
        int packets = bytes / 1_000 + 1;
        for (int part = 0; part < packets; part++) {
          byte[] payload = TestForwarding.picture(i == 0 && part == 0, pictures);
          scene.arrives(
              layer,
              sequences[layer]++,
              pictures * 3_000,
              Arrays.copyOf(payload, bytes / packets - OVERHEAD));
        }
      }
      pictures++;
      scene.pass(1_000 / PICTURES_A_SECOND);
      scene.sending.tick(scene.now);
    }
  }

  @Test
  void boundsThatSomebodySetCountMoreThanTheEstimate() {
    // given
    TestForwarding scene = new TestForwarding(TestForwarding.RTX_TYPE, 0, "q", "h", "f");
    scene.sending.onBitrateEstimate(700_000);

    // when
    scene.sending.boundVideo(3_000_000, Long.MAX_VALUE);
    second(scene, 150_000, 500_000, 1_500_000);

    // then
    assertThat(scene.viewer.choice().layer()).isEqualTo(2);

    // when
    scene.sending.boundVideo(0, 200_000);
    second(scene, 150_000, 500_000, 1_500_000);

    // then
    assertThat(scene.viewer.choice().layer()).isEqualTo(0);
  }

  @Test
  void whoSaysNothingOfItsLineGetsTheRichestLayer() {
    // given
    TestForwarding scene = new TestForwarding(TestForwarding.RTX_TYPE, 0, "q", "f");

    // when
    second(scene, 150_000, 6_000_000);

    // then
    assertThat(scene.viewer.choice().layer()).isEqualTo(1);
    assertThat(scene.viewer.choice().temporal()).isEqualTo(LayerChoice.ALL_TEMPORAL);

    // when
    scene.sending.onBitrateEstimate(1_000_000);
    second(scene, 150_000, 6_000_000);

    // then
    assertThat(scene.viewer.choice().layer()).isEqualTo(0);
  }
}
