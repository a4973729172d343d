package io.castmesh.vod.tool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * The program: {@code MediaTool <recording> <repair?> <thumbnail>}. Prints one line, {@code ok
 * seconds=… video=… audio=…}, or {@code empty …} for a file without media; fails when the file
 * cannot be read, or a new one not be written. Whatever it writes appears under its name only when
 * it is whole and on the disk.
 *
 * <p>Ends by itself when whoever started it is gone: its standard input then ends.
 */
public final class MediaTool {
  private MediaTool() {}

  public static void main(String[] args) throws IOException {
    endWithParent();
    avutil.av_log_set_level(avutil.AV_LOG_FATAL);
    Path file = Path.of(args[0]);
    Path thumbnail = Path.of(args[2]);
    if (Boolean.parseBoolean(args[1]) && !repair(file)) {
      return;
    }
    try (Media media = Media.open(file)) {
      System.out.println(
          String.format(
              Locale.ROOT,
              "ok seconds=%.3f video=%b audio=%b",
              media.statedSeconds(),
              media.video() >= 0,
              media.audio() >= 0));
      // Said for good: should drawing crash, the recording is known all the same.
      System.out.flush();
      draw(media, thumbnail);
    } catch (Media.NoMedia e) {
      System.out.println("empty " + e.getMessage());
    }
  }

  /** A recording without a picture is still a recording. */
  private static void draw(Media media, Path thumbnail) {
    Path part = part(thumbnail);
    try {
      if (Thumbnail.draw(media, part)) {
        Files.move(part, thumbnail, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException | RuntimeException e) {
      System.err.println("no thumbnail: " + e.getMessage());
    } finally {
      discard(part);
    }
  }

  /** Nobody else's, even if two should work on one recording: pods number processes alike. */
  private static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
  }

  private static boolean repair(Path file) throws IOException {
    Path part = part(file);
    try {
      long packets;
      try (Media media = Media.open(file)) {
        packets = Remux.copy(media, part);
      }
      if (packets == 0) {
        System.out.println("empty no packets");
        return false;
      }
      // It takes the place of the only one that there is.
      try (FileChannel whole = FileChannel.open(part, StandardOpenOption.WRITE)) {
        whole.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (Media.NoMedia e) {
      System.out.println("empty " + e.getMessage());
      return false;
    } finally {
      discard(part);
    }
  }

  /** Space is what may be missing. */
  private static void discard(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      System.err.println("not removed: " + e.getMessage());
    }
  }

  private static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nobody writes; only the end matters.
                }
              } catch (IOException e) {
                // The parent is gone, too.
              }
              Runtime.getRuntime().halt(3);
            },
            "parent watch");
    watch.setDaemon(true);
    watch.start();
  }
}
