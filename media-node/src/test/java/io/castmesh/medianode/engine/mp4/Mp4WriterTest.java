package io.castmesh.medianode.engine.mp4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Mp4WriterTest {
  /** Parameter sets of 640x360 and the beginning of a slice, with their lengths. */
  private static final byte[] KEY_FRAME =
      HexFormat.of()
          .parseHex(
              "000000196742c016d900a02ff970110000030001000003000a0f162e48"
                  + "0000000568cb83cb2000000005658884000a");

  private static final byte[] DELTA_FRAME = {0, 0, 0, 2, 0x41, (byte) 0x9a};
  private static final byte[] OPUS = {(byte) 0xfc, 1, 2};

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("test.mp4");
  }

  private static void sound(Mp4Writer writer, int fromMillis, int toMillis) throws IOException {
    for (int t = fromMillis; t < toMillis; t += 20) {
      writer.write(new MediaFrame(MediaCodec.OPUS, t, true, OPUS));
    }
  }

  private static void pictures(Mp4Writer writer, int fromMillis, int toMillis) throws IOException {
    for (int t = fromMillis; t < toMillis; t += 40) {
      boolean key = (t - fromMillis) % 1000 == 0;
      writer.write(new MediaFrame(MediaCodec.H264, t, key, key ? KEY_FRAME : DELTA_FRAME));
    }
  }

  private List<Long> times(MediaKind kind) throws IOException {
    List<Long> times = new ArrayList<>();
    try (Mp4Reader reader = new Mp4Reader(file())) {
      for (MediaFrame f = reader.next(); f != null; f = reader.next()) {
        if (f.kind() == kind) {
          times.add(f.timeMillis());
        }
      }
    }
    return times;
  }

  @Test
  void aCameraThatComesLateGetsItsTrack() throws IOException {
    // given: more sound alone than a file waits for
    Mp4Writer writer = new Mp4Writer(file());
    sound(writer, 0, 4_000);

    // when
    pictures(writer, 4_000, 6_000);
    writer.finish();

    // then
    try (Mp4Reader reader = new Mp4Reader(file())) {
      assertThat(reader.hasAudio()).isTrue();
      assertThat(reader.video().map(VideoFormat::width)).contains(640);
      assertThat(reader.durationMillis()).isBetween(5_950L, 6_050L);
    }
    assertThat(times(MediaKind.AUDIO)).hasSize(200);
    assertThat(times(MediaKind.VIDEO)).hasSize(50).startsWith(4_000L, 4_040L);
  }

  @Test
  void aMicrophoneThatComesLateGetsItsTrack() throws IOException {
    // given
    Mp4Writer writer = new Mp4Writer(file());
    pictures(writer, 0, 4_000);

    // when: and the process dies
    sound(writer, 4_000, 6_000);
    writer.flush();
    writer.close();

    // then
    try (Mp4Reader reader = new Mp4Reader(file())) {
      assertThat(reader.hasAudio()).isTrue();
    }
    assertThat(times(MediaKind.VIDEO)).hasSize(100);
    assertThat(times(MediaKind.AUDIO)).hasSize(100).startsWith(4_000L, 4_020L);
  }

  @Test
  void parametersThatHaveNoRoomAreRefused() throws IOException {
    VideoFormat absurd = new VideoFormat(MediaCodec.H264, 640, 360, new byte[5000]);

    assertThatThrownBy(() -> Mp4Header.of(absurd, true, 0, 4096)).isInstanceOf(IOException.class);
    assertThat(Mp4Header.of(null, true, 0, 4096)).hasSize(4096);
  }
}
