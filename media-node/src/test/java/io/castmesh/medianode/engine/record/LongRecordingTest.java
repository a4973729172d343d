package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.OpusPacket;
import io.castmesh.medianode.engine.disk.SerialWriter;
import io.castmesh.medianode.engine.webm.WebmReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings of hours, in a time of their own. Every frame carries when it was captured. */
class LongRecordingTest {
  private static final int IN_STEP_MILLIS = 40;

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();
  private Path path;
  private RecordingFile file;
  private Recording recording;
  private TestPresenter presenter;

  @BeforeEach
  void begin() {
    path = folder.resolve("live.webm");
    file =
        new RecordingFile(
            path,
            MediaRecorder.Format.WEBM,
            new SerialWriter(Runnable::run, () -> {}),
            e -> warnings.add(e.toString()));
    file.open().join();
    recording = new Recording(file, TestPresenter.WALL, warnings::add);
    presenter = new TestPresenter(recording);
  }

  /** A frame with its time in the file and on the presenter's clock. */
  private record Seen(MediaKind kind, long fileMillis, long capturedMillis) {}

  /** How far those are off who play one packet of sound behind the other, whatever its time. */
  private long worstForThoseWhoCount;

  private List<Seen> frames() throws IOException {
    file.finish().join();
    List<Seen> frames = new ArrayList<>();
    long played = -1;
    try (WebmReader reader = new WebmReader(path)) {
      for (MediaFrame f = reader.next(); f != null; f = reader.next()) {
        boolean video = f.codec() == MediaCodec.VP8;
        if (!video) {
          played = played < 0 ? f.timeMillis() : played;
          worstForThoseWhoCount =
              Math.max(worstForThoseWhoCount, Math.abs(f.timeMillis() - played));
          played += OpusPacket.samples(f.data()) / OpusPacket.SAMPLES_PER_MILLI;
        }
        if (f.data().length == 1) {
          continue; // fills a gap
        }
        long captured = ByteBuffer.wrap(f.data()).getLong(video ? 10 : 1);
        frames.add(new Seen(f.kind(), f.timeMillis(), captured));
      }
    }
    return frames;
  }

  /** How far a picture is from the sound that was captured with it, at worst. */
  private static long worstLipSync(List<Seen> frames, long settledAfterMillis) {
    long worst = 0;
    Seen sound = null;
    for (Seen frame : frames) {
      if (frame.kind() == MediaKind.AUDIO) {
        sound = frame;
      } else if (sound != null && frame.fileMillis() > settledAfterMillis) {
        long captured = frame.capturedMillis() - sound.capturedMillis();
        if (Math.abs(captured) <= 100) { // else a pause lies between them
          worst = Math.max(worst, Math.abs(frame.fileMillis() - sound.fileMillis() - captured));
        }
      }
    }
    return worst;
  }

  @Test
  void soundAndPictureAreInStepAfterAnHourOfClocksThatDrift() throws IOException {
    // given: a microphone that runs fast, a camera that runs slow, all counters about to wrap
    presenter.audioDrift = 200e-6;
    presenter.videoDrift = -200e-6;

    // when
    recording.resume(presenter.now());
    presenter.send(TimeUnit.HOURS.toMillis(1));

    // then
    List<Seen> frames = frames();
    assertThat(warnings).isEmpty();
    assertThat(frames.stream().filter(f -> f.kind() == MediaKind.VIDEO).count())
        .isBetween(89_900L, 90_000L);
    assertThat(worstLipSync(frames, 5_000)).isLessThanOrEqualTo(IN_STEP_MILLIS);
    assertThat(worstForThoseWhoCount).isLessThanOrEqualTo(1);
    assertThat((double) frames.get(frames.size() - 1).fileMillis())
        .isCloseTo(TimeUnit.HOURS.toMillis(1), within(200.0));
  }

  @Test
  void soundThatGotLostLetsWhatFollowsNotRunAheadOfThePicture() throws IOException {
    // given: a microphone that runs slow, behind a bad line
    presenter.audioDrift = -200e-6;
    presenter.audioLoss = 0.02;

    // when: and once nothing comes through for five seconds
    recording.resume(presenter.now());
    presenter.send(TimeUnit.MINUTES.toMillis(5));
    presenter.silence(5_000);
    presenter.send(TimeUnit.MINUTES.toMillis(5));

    // then
    List<Seen> frames = frames();
    assertThat(worstLipSync(frames, 5_000)).isLessThanOrEqualTo(IN_STEP_MILLIS);
    assertThat(worstForThoseWhoCount).isLessThanOrEqualTo(1);
  }

  @Test
  void pausesLeaveNeitherHolesNorOverlaps() throws IOException {
    // given
    recording.resume(presenter.now());

    // when: ten times ten seconds, with pauses of all lengths
    for (int i = 0; i < 10; i++) {
      presenter.send(10_000);
      recording.pause();
      presenter.send(137L * i * i);
      recording.resume(presenter.now());
    }

    // then
    List<Seen> frames = frames();
    assertThat(worstLipSync(frames, 5_000)).isLessThanOrEqualTo(IN_STEP_MILLIS);
    for (MediaKind kind : MediaKind.values()) {
      List<Long> times =
          frames.stream().filter(f -> f.kind() == kind).map(Seen::fileMillis).toList();
      for (int i = 1; i < times.size(); i++) {
        assertThat(times.get(i) - times.get(i - 1)).as("%s at %d", kind, i).isBetween(1L, 200L);
      }
    }
    assertThat((double) frames.get(frames.size() - 1).fileMillis())
        .isCloseTo(100_000, within(2_000.0));
  }

  @Test
  void aPresenterThatComesBackWithOtherNumbersGoesOnInTheSameFile() throws IOException {
    // given
    recording.resume(presenter.now());
    presenter.send(10_000);

    // when: the browser was loaded again, with three seconds of nothing
    presenter.silence(3_000);
    presenter.startAnew();
    presenter.send(10_000);

    // then
    List<Seen> frames = frames();
    assertThat(warnings).isEmpty();
    assertThat(worstLipSync(frames, 16_000)).isLessThanOrEqualTo(IN_STEP_MILLIS);
    assertThat((double) frames.get(frames.size() - 1).fileMillis())
        .isCloseTo(23_000, within(300.0));
  }

  @Test
  void anotherCodecIsLeftOutUntilTheFirstOneIsBack() throws IOException {
    // given
    recording.resume(presenter.now());
    presenter.send(3_000);

    // when
    presenter.videoCodec(MediaCodec.H264);
    presenter.send(3_000);
    presenter.videoCodec(MediaCodec.VP8);
    presenter.send(3_000);

    // then: the sound never stopped
    List<Seen> frames = frames();
    assertThat(warnings).singleElement().asString().contains("VIDEO changed to H264");
    assertThat(frames.stream().filter(f -> f.kind() == MediaKind.AUDIO).count()).isGreaterThan(440);
    assertThat(frames.stream().filter(f -> f.kind() == MediaKind.VIDEO).count())
        .isBetween(140L, 152L);
  }
}
