package io.castmesh.medianode.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.play.Ffmpeg;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A recorder's process is killed in the middle: a player shows what was there a second before. */
class KillTest {
  private static final long KILLED_AT_MILLIS = 4000;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "WEBM, webm, va, libvpx -deadline realtime -cpu-used 8",
    "MP4, mp4, va, libx264 -preset ultrafast -tune zerolatency -movflags frag_keyframe+empty_moov",
    "WEBM, webm, v, libvpx -deadline realtime -cpu-used 8 -an",
    "WEBM, webm, a, libvpx -deadline realtime -cpu-used 8 -vn"
  })
  void aFileOfAKilledProcessPlaysUpToItsLastSecond(
      MediaRecorder.Format format, String extension, String streams, String encoder)
      throws Exception {
    // given
    Path source = folder.resolve("source." + extension);
    Ffmpeg.picture(source, 12, ("-c:v " + encoder).split(" "));
    Path recording = folder.resolve("recording." + extension);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledRecorder.class.getName(),
                source.toString(),
                recording.toString(),
                format.name())
            .redirectErrorStream(true)
            .start();
    long played = 0;
    int even = 0; // in a row: what was played then has been written by now
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine();
          line != null && (played < KILLED_AT_MILLIS || even < 15);
          line = out.readLine()) {
        if (line.startsWith("played ")) {
          long now = Long.parseLong(line.substring(7));
          even = now - played < 300 ? even + 1 : 0;
          played = now;
        }
      }

      // when: SIGKILL
      process.destroyForcibly().waitFor();
    }

    // then
    assertThat(played).isGreaterThanOrEqualTo(KILLED_AT_MILLIS);
    assertThat(Ffmpeg.complaints(recording)).isEmpty();
    for (String stream : streams.split("")) {
      assertThat(Collections.max(Ffmpeg.times(recording, stream)))
          .as("the end of stream " + stream)
          .isGreaterThanOrEqualTo(played - 1000);
    }
  }
}
