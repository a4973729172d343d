package io.castmesh.medianode.engine.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.rtc.RtcEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file is played to a recorder: what comes out is what went in, for a decoder that judges. */
class PlayAndRecordTest {
  @TempDir Path folder;
  private RtcEngine engine;

  @BeforeEach
  void start() {
    engine = RtcEngine.start(MediaNodeConfig.LOOPBACK.withPlayableFolders(List.of(folder)));
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  @ParameterizedTest
  @CsvSource({
    "vp8, webm, WEBM, libvpx -deadline realtime -cpu-used 8 -b:v 800k",
    "vp9, webm, WEBM, libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k",
    "av1, webm, WEBM, libaom-av1 -usage realtime -cpu-used 8 -b:v 500k",
    "h264, mkv, WEBM, libx264 -preset ultrafast -tune zerolatency -profile:v baseline -b:v 800k",
    "h264, mp4, MP4, libx264 -preset ultrafast -tune zerolatency -b:v 800k -movflags"
        + " frag_keyframe+empty_moov",
    "vp9, webm, MP4, libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k",
    "av1, mp4, MP4, libaom-av1 -usage realtime -cpu-used 8 -b:v 500k -movflags"
        + " frag_keyframe+empty_moov",
  })
  void everyCodecSurvivesTheWayThroughPacketsIntoAFile(
      String codec, String extension, MediaRecorder.Format format, String encoder)
      throws Exception {
    // given
    Path original = folder.resolve("original." + extension);
    Ffmpeg.picture(original, 2, ("-c:v " + encoder).split(" "));
    Path copy = folder.resolve("copy." + format.name().toLowerCase(Locale.ROOT));
    List<String> events = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> end = new CompletableFuture<>();
    MediaPlayer player =
        engine.createPlayer(
            "player",
            original,
            new MediaPlayer.Listener() {
              @Override
              public void onState(MediaPlayer.State state) {
                events.add(state.name());
              }

              @Override
              public void onEnd() {
                end.complete(null);
              }

              @Override
              public void onError(MediaPlayer.Failure failure, String description) {
                end.completeExceptionally(new AssertionError(description));
              }
            });
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder",
            copy,
            format,
            new MediaRecorder.Listener() {
              @Override
              public void onWarning(String description) {
                events.add(description);
              }
            });
    for (MediaKind kind : MediaKind.values()) {
      player.connect(recorder, kind);
    }
    recorder.record().toCompletableFuture().get(60, TimeUnit.SECONDS);

    // when
    player.play().toCompletableFuture().get(60, TimeUnit.SECONDS);
    end.get(60, TimeUnit.SECONDS);
    recorder.stop().toCompletableFuture().get(60, TimeUnit.SECONDS);

    // then
    assertThat(events).containsExactly("PLAYING", "STOPPED");
    assertThat(Ffmpeg.complaints(copy)).isEmpty();
    assertThat(Ffmpeg.probe(copy, "-show_entries", "stream=codec_name,width,height"))
        .contains("codec_name=" + codec, "codec_name=opus", "width=320", "height=240");
    assertThat(Ffmpeg.pictures(copy)).isEqualTo(50);
    assertThat(Ffmpeg.times(copy, "a")).hasSizeGreaterThanOrEqualTo(95);
  }
}
