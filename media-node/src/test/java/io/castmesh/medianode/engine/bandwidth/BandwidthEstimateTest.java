package io.castmesh.medianode.engine.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.rtcp.RtcpHandler;
import io.castmesh.medianode.engine.rtcp.RtcpReader;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtcp.TransportFeedback;
import io.castmesh.medianode.engine.rtcp.TransportFeedbackReader;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A line of a certain width with a queue before it, in a time of its own. */
class BandwidthEstimateTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int SIZE = 1000;

  private final BandwidthEstimate estimate = new BandwidthEstimate();
  private final TransportFeedback receiver = new TransportFeedback();
  private final RtcpWriter rtcp = new RtcpWriter();
  private final PriorityQueue<long[]> underway =
      new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
  private final Random chance = new Random(3);
  private long now = SECOND;
  private long lineFreeAt;
  private long lineBits = Long.MAX_VALUE;
  private long way = 20 * MILLI;
  private double loss;
  private double credit;

  private void packet(boolean probing) {
    int number = estimate.onSend(SIZE, probing, now);
    long begin = Math.max(now, lineFreeAt);
    boolean queueFull = begin - now > 300 * MILLI;
    if (queueFull || chance.nextDouble() < loss) {
      return;
    }
    lineFreeAt = begin + (lineBits == Long.MAX_VALUE ? 0 : SIZE * 8L * SECOND / lineBits);
    underway.add(new long[] {lineFreeAt + way, number});
  }

  /** Sends at a rate; feedback comes each 50 ms. */
  private void run(long millis, long bitsPerSecond, boolean probing) {
    long end = now + millis * MILLI;
    for (; now < end; now += 10 * MILLI) {
      credit += bitsPerSecond / 100.0 / 8;
      for (; credit >= SIZE; credit -= SIZE) {
        packet(probing);
      }
      while (!underway.isEmpty() && underway.peek()[0] <= now) {
        long[] arrived = underway.poll();
        receiver.onPacket((int) arrived[1], arrived[0] / 1000);
      }
      if (now / MILLI % 50 == 0 && receiver.hasNews()) {
        rtcp.clear();
        receiver.write(rtcp, 1, 2);
        estimate.beginFeedback(now);
        RtcpReader.read(
            rtcp.buffer(),
            0,
            rtcp.length(),
            new RtcpHandler() {
              @Override
              public void onTransportFeedback(byte[] data, int offset, int length) {
                assertThat(TransportFeedbackReader.read(data, offset, length, estimate)).isTrue();
              }
            });
        estimate.endFeedback();
      }
    }
  }

  @Test
  void aWideLineIsNotHeldBack() {
    run(10_000, 1_500_000, false);
    assertThat(estimate.bitsPerSecond()).isGreaterThan(1_500_000);
    assertThat(estimate.isUnsettled(now)).isFalse();
  }

  @Test
  void aNarrowLineIsNoticedWithinTwoSecondsAndNotUnderrated() {
    // given
    lineBits = 300_000;

    // when: far too much
    run(2_000, 1_500_000, false);

    // then
    assertThat(estimate.bitsPerSecond()).isBetween(100_000L, 400_000L);

    // when: what it says
    for (int i = 0; i < 20; i++) {
      run(500, Math.min(250_000, estimate.bitsPerSecond() * 9 / 10), false);
    }
    assertThat(estimate.bitsPerSecond()).isBetween(180_000L, 400_000L);
    assertThat(estimate.isLossHeavy()).isFalse();
  }

  @Test
  void whatIsToldAgainWithALatePacketCountsOnce() {
    // given: one packet in six is lost, and each report begins with twenty that were told before
    int first = 0;
    for (int i = 0; i < 600; i++) {
      now += 10 * MILLI;
      first = i == 0 ? estimate.onSend(SIZE, false, now) : first;
      if (i > 0) {
        estimate.onSend(SIZE, false, now);
      }
      if (i % 10 == 9) {
        estimate.beginFeedback(now);
        for (int told = Math.max(0, i - 29); told <= i; told++) {
          boolean isLost = told % 6 == 5;
          estimate.onPacket(first + told, isLost ? -1 : (now - (i - told) * 10 * MILLI) / 1_000);
        }
        estimate.endFeedback();
      }
    }

    // then
    assertThat(estimate.isLossHeavy()).isTrue();
  }

  @Test
  void aFewLostPacketsAreNoReasonToSlowDownButManyAre() {
    // given
    loss = 0.05;

    // when
    run(10_000, 1_000_000, false);

    // then
    assertThat(estimate.bitsPerSecond()).isGreaterThan(1_000_000);

    // when
    loss = 0.3;
    run(4_000, 1_000_000, false);

    // then
    assertThat(estimate.isLossHeavy()).isTrue();
    assertThat(estimate.bitsPerSecond()).isLessThan(1_000_000);
  }

  @Test
  void aProbeFindsOutThatTheLineHasBecomeWider() {
    // given: a line that was narrow for a while
    lineBits = 300_000;
    run(3_000, 1_000_000, false);
    lineBits = 5_000_000;
    run(3_000, 100_000, false);
    long before = estimate.bitsPerSecond();
    assertThat(before).isLessThan(500_000);

    // when
    estimate.beginProbe();
    run(150, 1_200_000, true);
    run(300, 100_000, false);

    // then
    assertThat(estimate.bitsPerSecond()).isGreaterThan(900_000);
  }

  @Test
  void aProbeOfANarrowLineFindsNothing() {
    // given
    lineBits = 300_000;
    run(3_000, 1_000_000, false);
    run(3_000, 100_000, false);

    // when
    estimate.beginProbe();
    run(150, 1_200_000, true);
    run(300, 100_000, false);

    // then
    assertThat(estimate.bitsPerSecond()).isLessThan(400_000);
  }

  @Test
  void aWayThatBecomesLongerIsNoQueue() {
    // given
    run(10_000, 1_000_000, false);

    // when: another network, and nothing that we are told
    way += 150 * MILLI;
    long lowest = Long.MAX_VALUE;
    for (int i = 0; i < 80; i++) {
      run(100, Math.min(1_000_000, estimate.bitsPerSecond()), false);
      lowest = Math.min(lowest, estimate.bitsPerSecond());
    }

    // then
    assertThat(lowest).isGreaterThan(450_000);
    assertThat(estimate.bitsPerSecond()).isGreaterThan(700_000);
  }

  @Test
  void aPictureThatGoesOnAsItIsKeepsItsBandwidthOnALongerWay() {
    // given
    run(10_000, 1_000_000, false);

    // when: there is nothing to leave out
    way += 150 * MILLI;
    run(8_000, 1_000_000, false);

    // then
    assertThat(estimate.bitsPerSecond()).isGreaterThan(700_000);
  }

  @Test
  void aWayThatWeChangedOurselvesIsMeasuredAnew() {
    // given
    run(10_000, 1_000_000, false);
    long before = estimate.bitsPerSecond();

    // when
    way += 150 * MILLI;
    estimate.forgetWay(now);
    run(3_000, 1_000_000, false);

    // then
    assertThat(estimate.bitsPerSecond()).isGreaterThanOrEqualTo(before * 3 / 4);
  }

  @Test
  void aQueueThatIsOursIsNotTakenForALongWay() {
    // given: a line that narrows, and a sender that does as it is told
    lineBits = 2_000_000;
    run(5_000, 1_000_000, false);
    lineBits = 500_000;

    // when
    for (int i = 0; i < 100; i++) {
      run(100, Math.min(1_000_000, estimate.bitsPerSecond()), false);
    }

    // then
    assertThat(estimate.bitsPerSecond()).isLessThan(650_000);
    assertThat(lineFreeAt - now).as("the queue").isLessThan(150 * MILLI);
  }

  @Test
  void whatThePeerSaysCountsUntilItTellsOfPackets() {
    estimate.onReceiverEstimate(700_000);
    assertThat(estimate.bitsPerSecond()).isEqualTo(700_000);
    run(1_000, 300_000, false);
    estimate.onReceiverEstimate(1);
    assertThat(estimate.bitsPerSecond()).isGreaterThan(300_000);
  }

  @Test
  void whatIsRepeatedUnderItsNumberTellsNothingOfTheWay() {
    // given: each hundredth packet is lost, and comes half a second later
    long before = estimate.bitsPerSecond();

    // when
    int lost = -1;
    for (int i = 0; i < 2_000; i++) {
      now += 10 * MILLI;
      int number = estimate.onSend(SIZE, false, now);
      long arrival = (now + 20 * MILLI) / 1000;
      estimate.beginFeedback(now);
      if (i % 100 == 50) {
        lost = number;
        estimate.onPacket(number, -1);
      } else {
        estimate.onPacket(number, arrival);
      }
      if (i % 100 == 99) {
        estimate.onSendAgain(lost);
        estimate.onPacket(lost, arrival);
      }
      estimate.endFeedback();
    }

    // then
    assertThat(estimate.bitsPerSecond()).isEqualTo(before);
  }

  @Test
  void numbersGoOnBeyondSixteenBits() {
    // given: so many packets that numbers wrap around twice
    run(130_000, 10_000_000, false);

    // then
    assertThat(estimate.bitsPerSecond()).isGreaterThan(5_000_000);
    assertThat(estimate.isLossHeavy()).isFalse();
  }
}
