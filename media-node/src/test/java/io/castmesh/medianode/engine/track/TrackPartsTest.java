package io.castmesh.medianode.engine.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TrackPartsTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  void keyFrameRequestsOfManyViewersGoOutAtABoundedRate() {
    // given
    KeyFrameRequests requests = new KeyFrameRequests();
    int sent = 0;

    // when: a hundred viewers ask every ten milliseconds, and keyframes come at once
    for (long t = 0; t < 3000; t += 10) {
      for (int viewer = 0; viewer < 100; viewer++) {
        requests.request();
      }
      if (requests.due(t * MILLI)) {
        sent++;
        requests.onKeyFrame();
      }
    }

    // then
    assertThat(sent).isEqualTo(10);
  }

  @Test
  void aRequestIsRepeatedUntilAKeyFrameComesButNotForEver() {
    // given
    KeyFrameRequests requests = new KeyFrameRequests();
    requests.request();
    int sent = 0;

    // when
    for (long t = 0; t < 60_000; t += 10) {
      sent += requests.due(t * MILLI) ? 1 : 0;
    }

    // then
    assertThat(sent).isEqualTo(10);
  }

  @Test
  void whoWaitsForAKeyFrameThatIsOnItsWayCostsNoOther() {
    // given: a sender whose answer takes 450 ms
    KeyFrameRequests requests = new KeyFrameRequests();
    int sent = 0;

    // when: somebody who waits asks with each packet
    for (long t = 0; t < 450; t += 10) {
      requests.request();
      sent += requests.due(t * MILLI) ? 1 : 0;
    }
    requests.onKeyFrame();

    // then
    assertThat(sent).isOne();
    assertThat(requests.due(450 * MILLI)).isFalse();
    requests.request();
    assertThat(requests.due(450 * MILLI)).as("the next one who comes").isTrue();
  }

  @Test
  void aSenderWhoseKeyFramesNobodyRecognisesIsLeftAloneNowAndThen() {
    // given
    KeyFrameRequests requests = new KeyFrameRequests();
    int sent = 0;

    // when: somebody waits for a minute
    for (long t = 0; t < 60_000; t += 10) {
      requests.request();
      sent += requests.due(t * MILLI) ? 1 : 0;
    }

    // then: ten in five seconds, and then none for five
    assertThat(sent).isBetween(60, 70);
  }

  @Test
  void aSenderThatWasSilentIsAskedAtOnceWhenItIsBack() {
    // given: asked in vain
    KeyFrameRequests requests = new KeyFrameRequests();
    requests.request();
    for (long t = 0; t < 6_000; t += 10) {
      requests.due(t * MILLI);
    }
    requests.request();
    assertThat(requests.due(6_000 * MILLI)).isFalse();

    // when
    requests.onReturn();

    // then
    assertThat(requests.due(6_000 * MILLI)).isTrue();
  }

  @Test
  void theHistoryFindsWhatIsRecentAndKnowsDuplicates() {
    // given
    PacketHistory history = new PacketHistory(16);
    byte[] data = {1, 2, 3};
    for (int sequence = 100; sequence < 120; sequence++) {
      history.store(new MediaFormat(MediaCodec.VP8, ""), sequence, 0, false, false, data, 1, 2, 0);
    }

    // then
    assertThat(history.find(119, 0).length()).isEqualTo(2);
    assertThat(history.find(119, 0).payload()[0]).isEqualTo((byte) 2);
    assertThat(history.find(103, 0)).isNull();
    assertThat(history.find(119, TimeUnit.SECONDS.toNanos(4))).isNull();
    assertThat(history.isNew(119)).isFalse();
    assertThat(history.isNew(103)).isFalse();
    assertThat(history.isNew(120)).isTrue();
    history.clear();
    assertThat(history.isNew(3)).isTrue();
    assertThat(history.find(119, 0)).isNull();
  }

  @Test
  void theSendersClockSurvivesTheWrapAroundOfTimestamps() {
    // given
    SenderClock clock = new SenderClock(90_000);
    clock.onReport(0xFFFF_FF00, 1_000_000);

    // then: 90000 ticks later
    assertThat(clock.wallMicros(0xFFFF_FF00 + 90_000)).isEqualTo(2_000_000);
    assertThat(clock.timestampAt(2_000_000)).isEqualTo(0xFFFF_FF00 + 90_000);
    assertThat(clock.wallMicros(0xFFFF_FF00 - 9_000)).isEqualTo(900_000);
  }

  @Test
  void ntpTimeGoesThereAndBack() {
    long micros = 1_700_000_000_123_456L;
    assertThat(WallClock.unixMicros(WallClock.ntp(micros))).isBetween(micros - 1, micros);
  }
}
