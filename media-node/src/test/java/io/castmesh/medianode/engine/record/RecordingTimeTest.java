package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.track.SenderClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordingTimeTest {
  @Test
  void framesFollowTheirTimestampsWhateverTheNetworkDoes() {
    // given
    TrackTimeline timeline = new TrackTimeline(90_000);
    SenderClock unknown = new SenderClock(90_000);

    // then: the second frame arrives late, the timestamp wraps around
    assertThat(timeline.captureMicros(-45_000, 1_000_000, unknown)).isEqualTo(1_000_000);
    assertThat(timeline.captureMicros(45_000, 2_500_000, unknown)).isEqualTo(2_000_000);
  }

  @Test
  void theSendersReportsPutTheTrackRight() {
    // given: the first frame came 200 ms late
    TrackTimeline timeline = new TrackTimeline(90_000);
    SenderClock clock = new SenderClock(90_000);
    timeline.captureMicros(0, 1_200_000, clock);

    // when
    clock.onReport(90_000, 2_000_000);

    // then
    assertThat(timeline.captureMicros(180_000, 3_200_000, clock)).isEqualTo(3_000_000);
  }

  @Test
  void aReportThatCannotBeTrueIsPassedOver() {
    // given
    TrackTimeline timeline = new TrackTimeline(90_000);
    SenderClock clock = new SenderClock(90_000);
    timeline.captureMicros(0, 1_000_000, clock);

    // when: somebody sets the sender's clock by an hour
    clock.onReport(90_000, 3_602_000_000L);

    // then
    assertThat(timeline.captureMicros(90_000, 2_050_000, clock)).isEqualTo(2_000_000);
    assertThat(timeline.captureMicros(180_000, 3_010_000, clock)).isEqualTo(3_000_000);
  }

  @Test
  void timestampsThatJumpByHoursDoNotTakeTheFileAlong() {
    // given
    TrackTimeline timeline = new TrackTimeline(90_000);
    SenderClock clock = new SenderClock(90_000);
    clock.onReport(0, 1_000_000);
    timeline.captureMicros(0, 1_020_000, clock);

    // then
    int later = 90_000 * 9_156;
    assertThat(timeline.captureMicros(later, 1_060_000, clock)).isEqualTo(1_060_000);
    assertThat(timeline.captureMicros(later + 3_600, 1_130_000, clock)).isEqualTo(1_100_000);
  }

  @Test
  void timestampsThatStoodStillAreFollowedByArrival() {
    // given: reported and steady, 30 ms on its way
    TrackTimeline timeline = new TrackTimeline(48_000);
    SenderClock clock = new SenderClock(48_000);
    clock.onReport(0, 1_000_000);
    int timestamp = 0;
    long sent = 1_000_000;
    for (int i = 0; i < 50; i++, timestamp += 960, sent += 20_000) {
      assertThat(timeline.captureMicros(timestamp, sent + 30_000, clock)).isEqualTo(sent);
    }

    // when: nothing for ten seconds, and no timestamp has gone by
    sent += 10_000_000;
    long captured = 0;
    for (int i = 0; i < 30; i++, timestamp += 960, sent += 20_000) {
      captured = timeline.captureMicros(timestamp, sent + 30_000, clock);
    }

    // then
    assertThat(captured).isEqualTo(sent - 20_000);

    // and the next report is believed again
    clock.onReport(timestamp, sent + 200_000);
    assertThat(timeline.captureMicros(timestamp, sent + 230_000, clock)).isEqualTo(sent + 200_000);
  }

  @Test
  void whatANetworkHeldUpKeepsItsTime() {
    // given
    TrackTimeline timeline = new TrackTimeline(48_000);
    SenderClock clock = new SenderClock(48_000);
    clock.onReport(0, 1_000_000);
    timeline.captureMicros(0, 1_030_000, clock);

    // when: three seconds of sound arrive at once
    long captured = 0;
    for (int i = 1; i <= 150; i++) {
      captured = timeline.captureMicros(960 * i, 4_030_000 + i, clock);
    }

    // then
    assertThat(captured).isEqualTo(4_000_000);
  }

  @Test
  void whatANetworkHeldUpKeepsItsTimeAlsoWhenItComesLittleByLittle() {
    // given
    TrackTimeline timeline = new TrackTimeline(48_000);
    SenderClock clock = new SenderClock(48_000);
    clock.onReport(0, 1_000_000);
    timeline.captureMicros(0, 1_030_000, clock);

    // when: three seconds of sound, and what follows, arrive at one and a half times their pace
    for (int i = 1; i <= 450; i++) {
      long captured = timeline.captureMicros(960 * i, 4_030_000 + 13_333L * i, clock);

      // then
      assertThat(captured).isEqualTo(1_000_000 + 20_000L * i);
    }
  }

  @Test
  void aQueueThatGrowsAndAClockThatRunsSlowAreNotFollowed() {
    // given
    TrackTimeline timeline = new TrackTimeline(48_000);
    SenderClock clock = new SenderClock(48_000);
    clock.onReport(0, 1_000_000);

    // when: each packet takes 2 ms longer than the one before, up to three seconds
    for (int i = 0; i < 1_500; i++) {
      long captured = timeline.captureMicros(960 * i, 1_030_000 + 22_000L * i, clock);

      // then
      assertThat(captured).isEqualTo(1_000_000 + 20_000L * i);
    }
  }

  @Test
  void timesRiseWithinATrackAndPausesAreLeftOut() {
    // given
    RecordingClock clock = new RecordingClock();
    clock.start(10_000_000);

    // then
    assertThat(clock.millis(MediaKind.AUDIO, 9_000_000)).isEqualTo(-1);
    assertThat(clock.millis(MediaKind.VIDEO, 10_000_000)).isZero();
    assertThat(clock.millis(MediaKind.VIDEO, 10_000_100)).isEqualTo(1);
    assertThat(clock.millis(MediaKind.AUDIO, 11_000_000)).isEqualTo(1000);
    clock.start(60_000_000);
    assertThat(clock.millis(MediaKind.VIDEO, 60_000_000)).isEqualTo(1033);
    assertThat(clock.millis(MediaKind.AUDIO, 60_100_000)).isEqualTo(1133);
  }

  @Test
  void whatCouldNotBeginBeginsAnew() {
    // given: frames came while a folder that was away made everybody wait
    RecordingClock clock = new RecordingClock();
    clock.start(10_000_000);
    assertThat(clock.millis(MediaKind.VIDEO, 30_000_000)).isEqualTo(20_000);

    // when
    clock.reset();
    clock.start(60_000_000);

    // then
    assertThat(clock.millis(MediaKind.AUDIO, 60_000_000)).isZero();
    assertThat(clock.millis(MediaKind.VIDEO, 60_040_000)).isEqualTo(40);
  }

  @Test
  void audioAndVideoAreWrittenInOneOrderOfTime() {
    // given: video comes half a second behind
    Interleaver interleaver = new Interleaver();
    List<Long> written = new ArrayList<>();
    for (long t = 0; t < 3000; t += 20) {
      interleaver.add(new MediaFrame(MediaCodec.OPUS, t, true, new byte[0]));
      if (t >= 500 && t % 40 == 20) {
        interleaver.add(new MediaFrame(MediaCodec.VP8, t - 500, true, new byte[0]));
      }
      for (MediaFrame f = interleaver.poll(); f != null; f = interleaver.poll()) {
        written.add(f.timeMillis());
      }
    }

    // then
    assertThat(written).isSorted().hasSizeGreaterThan(150);

    // and who has nothing to give holds the other one up for no more than a second, once
    interleaver.add(new MediaFrame(MediaCodec.OPUS, 9000, true, new byte[0]));
    while (!written.contains(9000L)) {
      written.add(interleaver.poll().timeMillis());
    }
    interleaver.add(new MediaFrame(MediaCodec.OPUS, 9020, true, new byte[0]));
    assertThat(interleaver.poll().timeMillis()).isEqualTo(9020);
  }

  @Test
  void soundWhoseTimeDoesNotGoByDoesNotPileUp() {
    // given
    Interleaver interleaver = new Interleaver();
    int inside = 0;

    // when
    for (int i = 0; i < 5_000; i++) {
      interleaver.add(new MediaFrame(MediaCodec.OPUS, i % 2 * 20, true, new byte[50]));
      inside++;
      while (interleaver.poll() != null) {
        inside--;
      }

      // then
      assertThat(inside).isLessThanOrEqualTo(Interleaver.MAX_HELD_FRAMES);
    }
  }

  @Test
  void soundThatWasOvertakenFindsItsPlace() {
    // given
    Interleaver interleaver = new Interleaver();
    for (long t : new long[] {0, 40, 60, 20, 80}) {
      interleaver.add(new MediaFrame(MediaCodec.OPUS, t, true, new byte[0]));
    }

    // when
    List<Long> written = new ArrayList<>();
    for (MediaFrame f = interleaver.drain(); f != null; f = interleaver.drain()) {
      written.add(f.timeMillis());
    }

    // then
    assertThat(written).containsExactly(0L, 20L, 40L, 60L, 80L);
  }
}
