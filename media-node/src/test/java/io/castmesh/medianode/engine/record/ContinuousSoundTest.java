package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContinuousSoundTest {
  private static final byte[] SOUND = {(byte) 0xFC, 1, 2, 3};
  private final List<MediaFrame> written = new ArrayList<>();
  private final ContinuousSound sound = new ContinuousSound(written::add);

  private void audio(long millis) throws IOException {
    sound.add(new MediaFrame(MediaCodec.OPUS, millis, true, SOUND));
  }

  private void video(long millis) throws IOException {
    sound.add(new MediaFrame(MediaCodec.VP8, millis, true, new byte[10]));
  }

  private List<MediaFrame> heard() {
    return written.stream()
        .filter(frame -> frame.kind() == MediaKind.AUDIO && frame.data().length > 1)
        .toList();
  }

  @Test
  void whatIsMissingIsFilled() throws IOException {
    // when
    audio(0);
    video(30);
    audio(100);

    // then
    assertThat(written.stream().map(MediaFrame::timeMillis))
        .containsExactly(0L, 30L, 20L, 40L, 60L, 80L, 100L);
    assertThat(heard()).hasSize(2);
  }

  /** Two programs whose clocks are apart: late sound is worth more than none. */
  @Test
  void soundThatIsLateForGoodIsHeard() throws IOException {
    // when: three seconds behind, with the jitter of a network
    for (int i = 0; i < 3_000; i++) {
      video(3_000 + 20L * i + (i % 50 == 7 ? 35 : 0));
      audio(20L * i);
    }

    // then
    assertThat(heard()).hasSizeGreaterThan(2_900);
    assertThat(written.stream().filter(frame -> frame.kind() == MediaKind.AUDIO))
        .isSortedAccordingTo((a, b) -> Long.compare(a.timeMillis(), b.timeMillis()));
  }

  @Test
  void soundThatIsLateForAWhileIsInItsPlaceAfterwards() throws IOException {
    // given
    long time = 0;
    for (; time < 10_000; time += 20) {
      video(time + 2_000);
      audio(time);
    }

    // when: it is in time from now on
    for (time += 2_000; time < 30_000; time += 20) {
      audio(time);
      video(time);
    }

    // then
    List<MediaFrame> heard = heard();
    assertThat(heard.get(heard.size() - 1).timeMillis()).isBetween(29_960L, 30_000L);
  }
}
