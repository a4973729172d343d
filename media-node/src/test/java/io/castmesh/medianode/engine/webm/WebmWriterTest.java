package io.castmesh.medianode.engine.webm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebmWriterTest {
  private static final byte[] KEY_FRAME = {
    0x50, 0x42, 0x00, (byte) 0x9d, 0x01, 0x2a, (byte) 0x80, 0x02, 0x68, 0x01, 9, 9
  };
  private static final byte[] DELTA_FRAME = {0x51, 1, 2, 3};
  private static final byte[] OPUS = {(byte) 0xfc, 1, 2};

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("test.webm");
  }

  /** Thirty frames and fifty packets a second, a keyframe every five seconds. */
  private static void write(WebmWriter writer, int fromMillis, int toMillis) throws IOException {
    for (int t = fromMillis; t < toMillis; t += 10) {
      if (t % 40 == 0) {
        boolean key = t % 5000 == 0;
        byte[] frame = key ? KEY_FRAME : DELTA_FRAME;
        writer.write(new MediaFrame(MediaCodec.VP8, t, key, frame));
      }
      if (t % 20 == 0) {
        writer.write(new MediaFrame(MediaCodec.OPUS, t, true, OPUS));
      }
    }
  }

  @Test
  void aFinishedFileHasBothTracksItsDurationAndAnIndexOfItsKeyFrames() throws IOException {
    // given
    WebmWriter writer = new WebmWriter(file());
    write(writer, 0, 12_000);

    // when
    writer.finish();

    // then
    WebmFile read = WebmFile.read(file());
    assertThat(read.codecs).containsEntry(1, "V_VP8").containsEntry(2, "A_OPUS");
    assertThat(read.width).isEqualTo(640);
    assertThat(read.height).isEqualTo(360);
    assertThat(read.duration).isCloseTo(12_000, within(1.0));
    assertThat(read.segmentSizeKnown).isTrue();
    assertThat(read.seekToCues).isEqualTo(read.cuesOffset);
    assertThat(read.cues.keySet()).containsExactly(0L, 5000L, 10_000L);
    assertThat(read.clusterOffsets).containsAll(read.cues.values());
    assertThat(read.frames(1)).hasSize(300);
    assertThat(read.frames(2)).hasSize(600);
    assertThat(read.frames(1).get(0).data()).isEqualTo(KEY_FRAME);
  }

  @Test
  void aFileThatWasNeverFinishedIsWholeUpToTheLastSecond() throws IOException {
    // given: a writer that is abandoned, as by kill -9
    try (WebmWriter writer = new WebmWriter(file())) {
      write(writer, 0, 7_500);
    }

    // when
    WebmFile read = WebmFile.read(file());

    // then
    assertThat(read.segmentSizeKnown).isFalse();
    assertThat(read.duration).isGreaterThan(6_400);
    assertThat(read.frames(1)).hasSizeGreaterThan(160);
    assertThat(read.codecs).hasSize(2);
  }

  @Test
  void videoThatJoinsLaterGetsItsTrack() throws IOException {
    // given
    WebmWriter writer = new WebmWriter(file());
    for (int t = 0; t < 3000; t += 20) {
      writer.write(new MediaFrame(MediaCodec.OPUS, t, true, OPUS));
    }
    write(writer, 5000, 6000);

    // when
    writer.finish();

    // then
    WebmFile read = WebmFile.read(file());
    assertThat(read.codecs).hasSize(2);
    assertThat(read.frames(1)).isNotEmpty();
    assertThat(read.cues).containsKeys(0L, 5000L);
  }

  @Test
  void aRecordingWithoutMediaLeavesAnEmptyFile() throws IOException {
    // when
    new WebmWriter(file()).finish();

    // then
    assertThat(Files.size(file())).isZero();
  }

  @Test
  void aFolderThatCannotBeWrittenIsToldAtOnce() {
    assertThatThrownBy(() -> new WebmWriter(folder.resolve("missing/test.webm")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void sizesAreAsShortAsTheyCanBeAndReadBack() {
    assertThat(new Ebml(16).size(126).length()).isEqualTo(1);
    assertThat(new Ebml(16).size(127).length()).isEqualTo(2);
    assertThat(new Ebml(16).size(16_382).length()).isEqualTo(2);
    assertThat(new Ebml(16).size(16_383).length()).isEqualTo(3);
    for (int total : new int[] {2, 3, 127, 128, 129, 130, 500}) {
      assertThat(new Ebml(16).padTo(total).length()).isEqualTo(total);
    }
  }
}
