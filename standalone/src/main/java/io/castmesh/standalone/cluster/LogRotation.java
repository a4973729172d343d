package io.castmesh.standalone.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Keeps the logs of running processes small: a large one is copied to {@code NAME.log.old} and
 * emptied. The processes append to the file themselves, so that their output depends on nobody;
 * lines written between copy and emptying are lost. Blocking; one thread at a time.
 */
final class LogRotation {
  private static final long MOST_BYTES = 8 << 20;

  private final Path folder;
  private final Consumer<String> complain;
  private boolean complained;

  /**
   * @param complain told once when a log cannot be made small, until all can again
   */
  LogRotation(Path folder, Consumer<String> complain) {
    this.folder = folder;
    this.complain = complain;
  }

  /** One round; what fails in it is tried again in the next. */
  void look() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        if (Files.size(file) > MOST_BYTES) {
          rotate(file);
        }
      }
      complained = false;
    } catch (IOException | UncheckedIOException e) {
      if (!complained) {
        complained = true;
        complain.accept("logs are not kept small: " + e.getMessage());
      }
    }
  }

  /** A disk that is full has no room for a copy; the log is emptied all the same. */
  private static void rotate(Path file) throws IOException {
    Path old = file.resolveSibling(file.getFileName() + ".old");
    try {
      Files.copy(file, old, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException full) {
      old.toFile().delete(); // a part of a copy
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
  }
}
