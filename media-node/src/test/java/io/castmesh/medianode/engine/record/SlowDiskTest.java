package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.disk.SerialWriter;
import io.castmesh.medianode.engine.webm.WebmReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that stands still for minutes, in a time of its own. */
class SlowDiskTest {
  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean stands;

  private void runOnDisk(Runnable work) {
    if (stands) {
      waiting.add(work);
    } else {
      work.run();
    }
  }

  private long lastPicture(Path path) throws IOException {
    long last = -1;
    try (WebmReader reader = new WebmReader(path)) {
      for (MediaFrame f = reader.next(); f != null; f = reader.next()) {
        last = f.kind() == MediaKind.VIDEO ? f.timeMillis() : last;
      }
    }
    return last;
  }

  @Test
  void itCostsPicturesAndDoesNotMakeThePresenterSendKeyFramesWithoutEnd() throws IOException {
    // given
    Path path = folder.resolve("live.webm");
    RecordingFile file =
        new RecordingFile(
            path,
            MediaRecorder.Format.WEBM,
            new SerialWriter(this::runOnDisk, () -> {}),
            e -> warnings.add(e.toString()));
    file.open().join();
    Recording recording = new Recording(file, TestPresenter.WALL, warnings::add);
    TestPresenter presenter = new TestPresenter(recording);
    presenter.pictureBytes = 1400;
    recording.resume(presenter.now());
    presenter.send(TimeUnit.SECONDS.toMillis(10));

    // when: long enough for all that may wait, and two minutes more
    stands = true;
    presenter.send(TimeUnit.MINUTES.toMillis(10));

    // then: one every five seconds, as always
    assertThat(warnings).singleElement().asString().contains("the disk does not keep up");
    assertThat(presenter.keyFrameRequests).isLessThan(130);

    // when
    stands = false;
    waiting.forEach(Runnable::run);
    presenter.send(TimeUnit.SECONDS.toMillis(20));
    file.finish().join();

    // then
    assertThat(lastPicture(path)).isGreaterThan(TimeUnit.SECONDS.toMillis(625));
  }
}
