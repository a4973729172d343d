package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.rtp.Vp8Payload;
import java.util.Arrays;
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

  @Test
  void withoutRtxAPacketIsRepeatedBitByBitAndCountsForTheBandwidth() {
    // given: packets of one picture that are padded to one length
    TestForwarding plain = new TestForwarding(-1, 0);
    plain.takes(0, 1, 450, TestForwarding.picture(true, 1));
    plain.takes(0, 2, 450, Arrays.copyOf(TestForwarding.picture(false, 1), 205));
    plain.arrives(3, 450, TestForwarding.picture(false, 1));
    assertThat(plain.sent).hasSize(3);
    byte[] first = plain.sent.get(0);
    int length = first.length;
    assertThat(Rtp.paddingLength(first, 0, length, Rtp.headerLength(first, 0, length)))
        .isEqualTo(5);
    assertThat(plain.sent).extracting(TestForwarding::transportNumber).containsExactly(1, 2, 3);

    // when
    plain.pass(50);
    plain.viewer.onNack(TestForwarding.sequence(first), plain.now);
    plain.viewer.onNack(TestForwarding.sequence(plain.sent.get(1)), plain.now);

    // then: the same key stream for the same bits
    assertThat(plain.sent).hasSize(5);
    assertThat(plain.sent.get(3)).isEqualTo(first);
    assertThat(plain.sent.get(4)).isEqualTo(plain.sent.get(1));
    plain.arrives(4, 900, TestForwarding.picture(false, 2));
    assertThat(TestForwarding.transportNumber(plain.last())).isEqualTo(4);
  }

  @Test
  void aPacketIsNotRepeatedTwiceWithinAMoment() {
    // given
    pictures(0, 10);
    int missing = TestForwarding.sequence(scene.last()) - 3;

    // when
    scene.viewer.onNack(missing, scene.now);
    scene.pass(20);
    scene.viewer.onNack(missing, scene.now);

    // then
    assertThat(scene.sent).hasSize(11);
    scene.pass(20);
    scene.viewer.onNack(missing, scene.now);
    assertThat(scene.sent).hasSize(12);
  }

  @Test
  void noPeerCanHaveMoreRepeatedThanAMegabyteASecond() {
    // given
    for (int i = 0; i < 1_000; i++) {
      scene.arrives(i, i, Arrays.copyOf(TestForwarding.picture(i == 0, i), 1_200));
    }
    int last = TestForwarding.sequence(scene.last());

    // when: it asks for each of them twice
    scene.pass(1_500);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 1_000; i++) {
        scene.viewer.onNack(last - i, scene.now);
      }
      scene.pass(50);
    }

    // then
    int repeated = scene.sent.size() - 1_000;
    assertThat(repeated).isEqualTo(RetransmissionSender.MAX_BYTES_PER_SECOND / 1_200);
  }
}
