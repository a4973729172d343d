package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtp.Rtp;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who joins gets what has come since the last keyframe: each packet once, each in its place. */
class CatchUpTest {
  private final TestForwarding scene = new TestForwarding(TestForwarding.RTX_TYPE, 1_000);

  /** Packets tell by their picture id which they are. */
  private void arrive(int from, int to) {
    for (int i = from; i < to; i++) {
      scene.arrives(i, i * 90, TestForwarding.picture(i == 0, i));
    }
  }

  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      scene.pass(10);
      scene.viewer.tick(scene.now);
    }
  }

  /** Which packets of the camera the viewer got, by the numbers that they were sent with. */
  private List<Integer> got() {
    int first = scene.sent.stream().mapToInt(TestForwarding::sequence).min().orElseThrow();
    return scene.sent.stream()
        .map(
            packet -> {
              int number = Rtp.unsignedShort(TestForwarding.payload(packet), 2) & 0x7FFF;
              assertThat(TestForwarding.sequence(packet)).isEqualTo(first + number);
              return number;
            })
        .toList();
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void whatComesMeanwhileWaitsForItsTurn() {
    // given
    scene.camera.remove(scene.viewer);
    arrive(0, 30);
    scene.camera.add(scene.viewer);
    assertThat(scene.sent).isEmpty();

    // when: two packets come between two ticks
    for (int i = 0; i < 5; i++) {
      ticks(1);
      arrive(30 + 2 * i, 32 + 2 * i);
    }

    // then
    assertThat(scene.viewer.isCatchingUp()).isFalse();
    assertThat(got()).isEqualTo(numbers(40));
  }

  @Test
  void aPacketThatIsRecoveredMeanwhileOrAfterwardsFindsItsPlace() {
    // given: two are lost on their way to us
    scene.camera.remove(scene.viewer);
    arrive(0, 5);
    arrive(6, 25);
    arrive(26, 30);
    scene.camera.add(scene.viewer);

    // when: one comes when its place has gone by, the other before
    ticks(1);
    arrive(5, 6);
    arrive(25, 26);
    ticks(3);
    arrive(30, 31);

    // then
    assertThat(scene.viewer.isCatchingUp()).isFalse();
    assertThat(got()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(numbers(31));
  }

  @Test
  void whoLeavesInTheMiddleAndComesBackBeginsAnew() {
    // given
    scene.camera.remove(scene.viewer);
    arrive(0, 30);
    scene.camera.add(scene.viewer);
    ticks(1);
    int before = scene.sent.size();
    assertThat(before).isEqualTo(CatchUp.PACKETS_A_TICK);
    int last = TestForwarding.sequence(scene.last());

    // when
    scene.camera.remove(scene.viewer);
    scene.viewer.tick(scene.now);
    scene.camera.add(scene.viewer);
    ticks(3);

    // then
    assertThat(scene.sent).hasSize(before + 30);
    assertThat(TestForwarding.sequence(scene.sent.get(before))).isEqualTo(last + 1);
    assertThat(TestForwarding.payload(scene.sent.get(before))[6] & 1).as("a keyframe").isZero();
  }

  @Test
  void whoJoinsFarBehindAKeyFrameAsksForAnother() {
    // given: more than may be given
    scene.camera.remove(scene.viewer);
    arrive(0, 400);

    // when
    scene.camera.add(scene.viewer);
    ticks(1);

    // then
    assertThat(scene.viewer.isCatchingUp()).isFalse();
    assertThat(scene.sent).isEmpty();
    assertThat(scene.camera.streams()[0].keyFrameDue(scene.now)).isTrue();
  }

  @Test
  void whoChangesToAnotherLayerMeanwhileNeedsNoMoreOfTheFirst() {
    // given: much of the large layer has gone by
    TestForwarding layers = new TestForwarding(TestForwarding.RTX_TYPE, 1_000, "q", "f");
    layers.camera.remove(layers.viewer);
    for (int i = 0; i < 10; i++) {
      layers.arrives(0, i, i * 90, TestForwarding.picture(i == 0, i));
    }
    for (int i = 0; i < 200; i++) {
      layers.arrives(1, i, i * 90, TestForwarding.picture(i == 0, i));
    }
    layers.camera.add(layers.viewer);
    layers.pass(10);
    layers.viewer.tick(layers.now);
    assertThat(layers.viewer.choice().layer()).isEqualTo(1);
    assertThat(layers.sent).hasSize(CatchUp.PACKETS_A_TICK);

    // when: the line turns out to be narrow, and a keyframe of the small one comes
    layers.viewer.adapt(100_000, false, layers.now);
    layers.arrives(0, 10, 900, TestForwarding.picture(true, 10));
    layers.arrives(1, 200, 18_000, TestForwarding.picture(false, 200));
    layers.arrives(0, 11, 990, TestForwarding.picture(false, 11));
    layers.pass(10);
    layers.viewer.tick(layers.now);

    // then
    assertThat(layers.viewer.isCatchingUp()).isFalse();
    assertThat(layers.sent).hasSize(CatchUp.PACKETS_A_TICK + 2);
    int first = TestForwarding.sequence(layers.sent.get(0));
    assertThat(layers.sent)
        .extracting(packet -> TestForwarding.sequence(packet) - first)
        .isEqualTo(numbers(CatchUp.PACKETS_A_TICK + 2));
  }
}
