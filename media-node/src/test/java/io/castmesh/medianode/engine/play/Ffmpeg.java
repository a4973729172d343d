package io.castmesh.medianode.engine.play;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** FFmpeg's programs: they make what is played and judge what was recorded. */
public final class Ffmpeg {
  private Ffmpeg() {}

  /** A test picture of 320x240 with a tone, a keyframe a second. */
  public static Path picture(Path file, int seconds, String... videoCodec) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ffmpeg",
                "-v",
                "error",
                "-y",
                "-f",
                "lavfi",
                "-i",
                "testsrc=size=320x240:rate=25",
                "-f",
                "lavfi",
                "-i",
                "sine=440",
                "-t",
                Integer.toString(seconds),
                "-g",
                "25",
                "-pix_fmt",
                "yuv420p"));
    command.addAll(Arrays.asList(videoCodec));
    command.addAll(List.of("-c:a", "libopus", "-ac", "2", file.toString()));
    assertThat(run(command)).as("what ffmpeg has to say").isEmpty();
    return file;
  }

  /** Decodes every frame; returns the complaints, empty for a good file. */
  public static String complaints(Path file) throws Exception {
    return run(List.of("ffmpeg", "-v", "warning", "-i", file.toString(), "-f", "null", "-"));
  }

  /** Fields of ffprobe, one a line: codec_name=vp8 and so on. */
  public static List<String> probe(Path file, String... entries) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("ffprobe", "-v", "error", "-of", "default=nw=1"));
    command.addAll(Arrays.asList(entries));
    command.add(file.toString());
    return run(command).lines().toList();
  }

  /** Times of a stream's packets in milliseconds. */
  public static List<Long> times(Path file, String stream) throws Exception {
    return probe(file, "-select_streams", stream, "-show_entries", "packet=pts_time").stream()
        .filter(line -> line.startsWith("pts_time="))
        .map(line -> Math.round(Double.parseDouble(line.substring(9)) * 1000))
        .toList();
  }

  /** How many pictures a decoder makes of it. */
  public static int pictures(Path file) throws Exception {
    return probe(
            file, "-select_streams", "v", "-count_frames", "-show_entries", "stream=nb_read_frames")
        .stream()
        .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf('=') + 1)))
        .sum();
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output.strip();
  }
}
