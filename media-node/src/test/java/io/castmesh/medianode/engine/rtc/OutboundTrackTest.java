package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import org.junit.jupiter.api.Test;

/** What one viewer gets of a camera, packet by packet. */
class OutboundTrackTest {
  private final TestForwarding scene = new TestForwarding(TestForwarding.RTX_TYPE, 0);

  private void pictures(int first, int count) {
    for (int i = first; i < first + count; i++) {
      scene.pass(5);
      scene.arrives(i, i * 450, TestForwarding.picture(i == 0, i));
    }
  }

  private static boolean startsKeyFrame(byte[] rtp) {
    byte[] payload = TestForwarding.payload(rtp);
    return Vp8Payload.startsKeyFrame(payload, 0, payload.length);
  }

  private boolean isKeyFrameAskedFor() {
    return scene.camera.streams()[0].keyFrameDue(scene.now);
  }

  @Test
  void whoWasAwayForLongGoesOnWithTheNextNumberAndAKeyFrame() {
    // given
    pictures(0, 10);
    assertThat(scene.sent).hasSize(10);
    int last = TestForwarding.sequence(scene.last());

    // when: nothing can be sent for three minutes, in which more than 2^15 packets go by
    scene.reachable = false;
    pictures(10, 40_000);
    scene.reachable = true;
    pictures(40_010, 1);

    // then
    assertThat(scene.sent).as("nothing without a keyframe").hasSize(10);
    assertThat(isKeyFrameAskedFor()).isTrue();
    scene.arrives(40_011, 40_011 * 450, TestForwarding.picture(true, 40_011));
    assertThat(scene.sent).hasSize(11);
    assertThat(TestForwarding.sequence(scene.last())).isEqualTo(last + 1);
    assertThat(startsKeyFrame(scene.last())).isTrue();
  }

  @Test
  void whatWentByWhileThereWasNoWayForAMomentCanBeAskedFor() {
    // given
    pictures(0, 10);
    int last = TestForwarding.sequence(scene.last());

    // when
    scene.reachable = false;
    pictures(10, 20);
    scene.reachable = true;
    pictures(30, 1);

    // then: a gap, and no keyframe for everybody
    assertThat(TestForwarding.sequence(scene.last())).isEqualTo(last + 21);
    scene.viewer.onNack(last + 5, scene.now);
    byte[] repeated = scene.last();
    assertThat(Rtp.payloadType(repeated, 0)).isEqualTo(TestForwarding.RTX_TYPE);
    assertThat(Rtp.unsignedShort(TestForwarding.payload(repeated), 0)).isEqualTo(last + 5);
  }
}
