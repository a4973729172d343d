package io.castmesh.medianode.engine.play;

import io.castmesh.medianode.engine.container.FileInput;
import io.castmesh.medianode.engine.container.MediaFileReader;
import io.castmesh.medianode.engine.mp4.Mp4Reader;
import io.castmesh.medianode.engine.webm.WebmReader;
import java.io.IOException;
import java.nio.file.Path;

/** Tells files apart by what is in them; names lie. */
final class MediaFiles {
  /** The type of an MP4 file's first box. */
  private static final int FTYP = 0x66747970;

  private MediaFiles() {}

  static MediaFileReader open(Path path) throws IOException {
    boolean mp4;
    try (FileInput in = new FileInput(path)) {
      mp4 = in.remaining() >= 8 && (int) in.number(8) == FTYP;
    }
    return mp4 ? new Mp4Reader(path) : new WebmReader(path);
  }
}
