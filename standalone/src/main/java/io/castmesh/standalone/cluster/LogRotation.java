package io.castmesh.standalone.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * Keeps the logs of running processes small: a large one is copied to {@code NAME.log.old} and
 * emptied. The processes append to the file themselves, so that their output depends on nobody;
 * lines written between copy and emptying are lost. Blocking; one thread at a time.
 */
final class LogRotation {
  private static final long MOST_BYTES = 8 << 20;

  private LogRotation() {}

  static void look(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        if (Files.size(file) > MOST_BYTES) {
          Files.copy(
              file,
              file.resolveSibling(file.getFileName() + ".old"),
              StandardCopyOption.REPLACE_EXISTING);
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
          }
        }
      }
    }
  }
}
