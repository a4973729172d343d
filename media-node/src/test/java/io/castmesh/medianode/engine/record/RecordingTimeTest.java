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
  void timesRiseWithinATrackAndPausesAreLeftOut() {
    // given
    RecordingClock clock = new RecordingClock();
    clock.start(10_000_000);

    // then
    assertThat(clock.millis(MediaKind.VIDEO, 9_000_000)).isEqualTo(-1);
    assertThat(clock.millis(MediaKind.VIDEO, 10_000_000)).isZero();
    assertThat(clock.millis(MediaKind.VIDEO, 10_000_100)).isEqualTo(1);
    assertThat(clock.millis(MediaKind.AUDIO, 11_000_000)).isEqualTo(1000);
    clock.start(60_000_000);
    assertThat(clock.millis(MediaKind.VIDEO, 60_000_000)).isEqualTo(1033);
    assertThat(clock.millis(MediaKind.AUDIO, 60_100_000)).isEqualTo(1133);
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

    // and when one track ends, the other is not held up for more than a second
    interleaver.add(new MediaFrame(MediaCodec.OPUS, 9000, true, new byte[0]));
    while (interleaver.poll() != null) {
      // take all that may go
    }
    assertThat(interleaver.drain().timeMillis()).isEqualTo(9000);
  }
}
