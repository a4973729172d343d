package io.castmesh.medianode.engine.webm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that others have written. */
class WebmReaderTest {
  private static final byte[] KEY_FRAME = {
    0x50, 0x42, 0x00, (byte) 0x9d, 0x01, 0x2a, (byte) 0x80, 0x02, 0x68, 0x01, 9, 9
  };
  private static final byte[] DELTA_FRAME = {0x51, 1, 2, 3};

  @TempDir Path folder;

  /** A file of ours without an end, which begins with one keyframe. */
  private Path begun() throws IOException {
    Path path = folder.resolve("test.webm");
    try (WebmWriter writer = new WebmWriter(path)) {
      writer.write(new MediaFrame(MediaCodec.VP8, 0, true, KEY_FRAME));
      writer.flush();
    }
    return path;
  }

  private static Ebml group(int millis, boolean refers, byte[] data) {
    Ebml block = new Ebml(64).octet(0x80 | WebmHeader.VIDEO_TRACK).signedShort(millis).octet(0);
    block.raw(data, 0, data.length);
    Ebml parts = new Ebml(64).master(WebmId.BLOCK, block);
    if (refers) {
      parts.binary(WebmId.REFERENCE_BLOCK, new byte[] {-40});
    }
    return new Ebml(64).master(WebmId.BLOCK_GROUP, parts);
  }

  private static void append(Path path, Ebml... content) throws IOException {
    Ebml cluster = new Ebml(256).unsigned(WebmId.TIMESTAMP, 1000);
    for (Ebml part : content) {
      cluster.raw(part.data(), 0, part.length());
    }
    byte[] bytes = new Ebml(256).master(WebmId.CLUSTER, cluster).toByteArray();
    Files.write(path, bytes, StandardOpenOption.APPEND);
  }

  @Test
  void whatRefersToAnotherBlockIsNoKeyFrame() throws IOException {
    // given: GStreamer and mkvmerge write such groups
    Path path = begun();
    append(path, group(0, true, DELTA_FRAME), group(40, false, KEY_FRAME));

    // when
    List<MediaFrame> frames = new ArrayList<>();
    long place;
    try (WebmReader reader = new WebmReader(path)) {
      for (MediaFrame f = reader.next(); f != null; f = reader.next()) {
        frames.add(f);
      }
      place = reader.seek(1_500);
    }

    // then
    assertThat(frames)
        .extracting(MediaFrame::timeMillis, MediaFrame::keyFrame)
        .containsExactly(tuple(0L, true), tuple(1000L, false), tuple(1040L, true));
    assertThat(frames.get(1).data()).isEqualTo(DELTA_FRAME);
    assertThat(place).isEqualTo(1040);
  }

  @Test
  void whatIsDamagedAtItsEndIsPlayedUpToThere() throws IOException {
    // given: the machine lost its power
    Path path = begun();
    append(path, group(0, false, KEY_FRAME));
    Files.write(path, new byte[5000], StandardOpenOption.APPEND);

    // then
    try (WebmReader reader = new WebmReader(path)) {
      assertThat(reader.next().timeMillis()).isZero();
      assertThat(reader.next().timeMillis()).isEqualTo(1000);
      assertThat(reader.durationMillis()).isEqualTo(1000);
    }
  }
}
