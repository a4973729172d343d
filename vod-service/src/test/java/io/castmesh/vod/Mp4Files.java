package io.castmesh.vod;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Makes recordings of H.264 and Opus in fragments, by FFmpeg's program. */
final class Mp4Files {
  private Mp4Files() {}

  /** What is left of one when the recorder is killed. */
  static void makeCut(Path file, int seconds, double kept)
      throws IOException, InterruptedException {
    String command =
        "ffmpeg -v error -y -f lavfi -i testsrc=size=320x240:rate=25 -f lavfi -i sine=440 -t "
            + seconds
            + " -g 25 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -c:a libopus"
            + " -movflags frag_keyframe+empty_moov+default_base_moof -f mp4 "
            + file;
    Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).isEmpty();
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, (int) (all.length * kept)));
  }
}
