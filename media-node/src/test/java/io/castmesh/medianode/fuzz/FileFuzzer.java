package io.castmesh.medianode.fuzz;

import io.castmesh.medianode.engine.container.MediaFileReader;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.mp4.Mp4Reader;
import io.castmesh.medianode.engine.webm.WebmReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that a player is given: damaged, or made to do damage. Read to an end, or refused by one
 * exception only; no frame of them lies outside of the file or comes before its beginning.
 */
public final class FileFuzzer {
  private static final Path FILE = temporary();

  private FileFuzzer() {}

  private static Path temporary() {
    try {
      Path file = Files.createTempFile("castmesh-fuzz", ".media");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Opener {
    MediaFileReader open(Path path) throws IOException;
  }

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Files.write(FILE, data);
    readThrough(WebmReader::new, data.length);
    readThrough(Mp4Reader::new, data.length);
  }

  private static void readThrough(Opener opener, int length) {
    try (MediaFileReader reader = opener.open(FILE)) {
      readOn(reader, length);
      reader.seek(reader.durationMillis() / 2);
      readOn(reader, length);
    } catch (IOException refused) {
      // As it should be.
    }
  }

  private static void readOn(MediaFileReader reader, int length) throws IOException {
    int frames = 0;
    for (MediaFrame frame = reader.next(); frame != null; frame = reader.next()) {
      if (frame.data().length > length || frame.timeMillis() < 0) {
        throw new IllegalStateException("an impossible frame: " + frame);
      }
      if (++frames > 100_000) {
        throw new IllegalStateException("no end to it");
      }
    }
  }
}
