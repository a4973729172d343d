package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.webm.WebmFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorders of the engine. */
class EngineRecordingTest extends EngineScene {
  @TempDir Path folder;

  @Test
  void aRecordingHasBothTracksTheRightLengthAndAnIndex() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Path file = folder.resolve("new/folder/live.webm");
    List<String> states = new CopyOnWriteArrayList<>();
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder",
            file,
            MediaRecorder.Format.WEBM,
            new MediaRecorder.Listener() {
              @Override
              public void onState(MediaRecorder.State state) {
                states.add(state.name());
              }
            });
    presenter.connect(recorder);
    recorder.record().toCompletableFuture().get(60, TimeUnit.SECONDS);

    // when
    TestCamera camera = new TestCamera(presenter.remote, 100);
    camera.lost = index -> index % 30 == 7;
    toClose.add(camera);
    camera.start();
    await("six and a half seconds", () -> camera.seconds() >= 6.5);
    camera.close();
    Thread.sleep(500); // for the last of it to arrive
    recorder.stop().toCompletableFuture().get(60, TimeUnit.SECONDS);

    // then
    WebmFile webm = WebmFile.read(file);
    assertThat(webm.codecs).containsEntry(1, "V_VP8").containsEntry(2, "A_OPUS");
    assertThat(webm.width).isEqualTo(320);
    assertThat(webm.height).isEqualTo(240);
    assertThat(webm.duration / 1000).isCloseTo(camera.seconds(), within(0.5));
    assertThat(webm.seekToCues).isEqualTo(webm.cuesOffset);
    assertThat(webm.cues).hasSizeGreaterThanOrEqualTo(2);
    assertThat(webm.frames(1)).hasSizeGreaterThan(140);
    assertThat(webm.frames(1)).allSatisfy(f -> assertThat(f.data()).hasSize(2397));
    assertThat(webm.frames(2)).hasSizeGreaterThan(300);
    assertThat(states).containsExactly("RECORDING", "STOPPED");
  }

  @Test
  void aRecorderThatCannotWriteSaysSoAndHarmsNobody() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDRECV);
    presenter.connect(presenter.peer);
    camera(presenter, 100);
    Path notAFolder = Files.createFile(folder.resolve("file"));
    List<String> errors = new CopyOnWriteArrayList<>();
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder",
            notAFolder.resolve("live.webm"),
            MediaRecorder.Format.WEBM,
            new MediaRecorder.Listener() {
              @Override
              public void onError(String description) {
                errors.add(description);
              }
            });
    presenter.connect(recorder);

    // when
    assertThatThrownBy(() -> recorder.record().toCompletableFuture().get(60, TimeUnit.SECONDS))
        .hasMessageContaining("file");

    // then
    await("the error", () -> errors.size() == 1);
    recorder.stop().toCompletableFuture().get(60, TimeUnit.SECONDS);
    int before = presenter.remote.received.size();
    await("media to flow on", () -> presenter.remote.received.size() > before + 20);
  }

  @Test
  void aShutdownFinishesRecordingsAndLeavesNoThread() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    Path file = folder.resolve("live.webm");
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder", file, MediaRecorder.Format.WEBM, new MediaRecorder.Listener() {});
    presenter.connect(recorder);
    recorder.record().toCompletableFuture().get(60, TimeUnit.SECONDS);
    camera(presenter, 1);
    Thread.sleep(1500);

    // when
    engine.shutdown().toCompletableFuture().get(60, TimeUnit.SECONDS);

    // then
    assertThat(WebmFile.read(file).segmentSizeKnown).isTrue();
    await(
        "the threads to end",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("media-loop")));
    assertThatThrownBy(() -> engine.createWebRtcPeer("late", new WebRtcPeer.Listener() {}))
        .isInstanceOf(IllegalStateException.class);
  }
}
