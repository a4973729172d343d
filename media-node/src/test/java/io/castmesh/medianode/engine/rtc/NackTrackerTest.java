package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NackTrackerTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private final NackTracker tracker = new NackTracker();
  private final int[] out = new int[64];

  private int[] due(long millis) {
    return Arrays.copyOf(out, tracker.due(millis * MILLI, 20 * MILLI, out));
  }

  @Test
  void asksForAGapAtOnceAndAgainAfterARoundTrip() {
    // given
    tracker.onPacket(65_534, false, 0);
    tracker.onPacket(65_538, false, 0);

    // then
    assertThat(due(0)).containsExactly(65_535, 0, 1);
    assertThat(due(10)).isEmpty();
    tracker.onPacket(65_536, false, 0);
    assertThat(due(50)).containsExactly(65_535, 1);
  }

  @Test
  void givesUpAfterSomeTriesAndSaysSo() {
    // given
    tracker.onPacket(1, false, 0);
    tracker.onPacket(3, false, 0);

    // when
    int asked = 0;
    for (int i = 0; i < 100; i++) {
      asked += due(i * 50).length;
    }

    // then
    assertThat(asked).isEqualTo(7);
    assertThat(tracker.missing()).isZero();
    assertThat(tracker.takeGaveUp()).isTrue();
    assertThat(tracker.takeGaveUp()).isFalse();
  }

  @Test
  void answersThatTakeLongerThanBeforeAreWaitedFor() {
    // given: a presenter nearby
    tracker.onPacket(1, false, 0);
    tracker.onPacket(3, false, 0);
    assertThat(due(0)).containsExactly(2);
    tracker.onPacket(2, true, 20 * MILLI);
    assertThat(tracker.repairTime()).isEqualTo(20 * MILLI);

    // when: its line fills, and the answer to the first request comes after 600 ms
    tracker.onPacket(5, false, 1_000 * MILLI);
    int asked = 0;
    for (long at = 1_000; at < 1_600; at += 10) {
      asked += tracker.due(at * MILLI, tracker.repairTime(), out);
    }
    tracker.onPacket(4, true, 1_600 * MILLI);

    // then
    assertThat(asked).isLessThan(10);
    assertThat(tracker.takeGaveUp()).isFalse();
    assertThat(tracker.repairTime()).isGreaterThan(100 * MILLI);

    // when: the next ones take as long
    for (int i = 1; i <= 20; i++) {
      long lostAt = 1_000 + i * 1_000;
      tracker.onPacket(5 + 2 * i, false, lostAt * MILLI);
      asked = 0;
      for (long at = lostAt; at < lostAt + 600; at += 10) {
        asked += tracker.due(at * MILLI, tracker.repairTime(), out);
      }
      tracker.onPacket(4 + 2 * i, true, (lostAt + 600) * MILLI);
    }

    // then
    assertThat(asked).isOne();
    assertThat(tracker.takeGaveUp()).isFalse();
  }

  @Test
  void whoIsFarAwayIsAskedOnceAsSoonAsThatIsKnown() {
    // given: less is guessed at first
    tracker.onPacket(1, false, 0);
    tracker.onPacket(3, false, 0);
    for (long at = 0; at < 400; at += 10) {
      tracker.due(at * MILLI, 80 * MILLI, out);
    }
    tracker.onPacket(2, true, 400 * MILLI);
    assertThat(tracker.repairTime()).isEqualTo(400 * MILLI);

    // when
    tracker.onPacket(5, false, 1_000 * MILLI);
    int asked = 0;
    for (long at = 1_000; at < 1_400; at += 10) {
      asked += tracker.due(at * MILLI, tracker.repairTime(), out);
    }

    // then
    assertThat(asked).isOne();
  }

  @Test
  void anAnswerThatGotLostDoesNotMakeTheWayLonger() {
    // given
    tracker.onPacket(1, false, 0);
    tracker.onPacket(3, false, 0);
    due(0);
    tracker.onPacket(2, true, 20 * MILLI);

    // when: the first request is not answered
    tracker.onPacket(5, false, 1_000 * MILLI);
    assertThat(due(1_000)).containsExactly(4);
    assertThat(due(1_040)).containsExactly(4);
    tracker.onPacket(4, true, 1_060 * MILLI);

    // then
    assertThat(tracker.repairTime()).isLessThanOrEqualTo(25 * MILLI);
  }

  @Test
  void anOutageIsNotAskedForPacketByPacket() {
    // given
    tracker.onPacket(1, false, 0);

    // when
    tracker.onPacket(1000, false, 0);

    // then
    assertThat(due(0)).isEmpty();
    assertThat(tracker.takeGaveUp()).isTrue();
  }
}
