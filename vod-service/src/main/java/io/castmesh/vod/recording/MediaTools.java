package io.castmesh.vod.recording;

import io.castmesh.contract.Failure;
import io.castmesh.vod.tool.MediaTool;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs {@link MediaTool} as a child process: two at a time, each with a deadline that grows with
 * the file, what it prints cut off after some kilobytes.
 *
 * <p>FFmpeg's libraries are unpacked once into the cache folder. Stopped with its verticle:
 * children that still run are ended, and what waits for its turn fails with {@link
 * Failure#UNAVAILABLE}.
 */
public final class MediaTools {
  private static final int AT_ONCE = 2;
  private static final int OUTPUT_BYTES = 16 * 1024;
  private static final Duration BASE = Duration.ofSeconds(60);
  private static final long BYTES_A_SECOND = 5_000_000;

  private static final Pattern OK =
      Pattern.compile("^ok seconds=(-?[0-9.]+) video=(\\w+) audio=(\\w+)", Pattern.MULTILINE);
  private static final Pattern EMPTY = Pattern.compile("^empty (.*)", Pattern.MULTILINE);

  /** What was found in a recording; without media it has no tracks and no length. */
  public record Found(double seconds, boolean video, boolean audio) {
    boolean media() {
      return video || audio;
    }
  }

  private final Path cache;
  private final WorkerExecutor workers;
  private final Vertx vertx;
  private final Set<Process> children = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  public MediaTools(Vertx vertx, Path cache) {
    this.vertx = vertx;
    this.cache = cache;
    this.workers = vertx.createSharedWorkerExecutor("vod-media", AT_ONCE, 1, TimeUnit.HOURS);
  }

  /**
   * Makes the file seekable if it is not, draws its thumbnail, and measures it.
   *
   * @return fails when the tool does, or takes too long; the recording is then as it was
   */
  public Future<Found> process(Path recording, Path thumbnail) {
    return workers.executeBlocking(
        () -> {
          boolean repair =
              !WebmLayout.read(recording).seekable() && !Mp4Layout.read(recording).seekable();
          long size = Files.size(recording);
          return parse(run(deadline(size), command(recording, repair, thumbnail)));
        },
        false);
  }

  /** How long one file may take at most. */
  static Duration deadline(long bytes) {
    return BASE.plusSeconds(bytes / BYTES_A_SECOND);
  }

  private List<String> command(Path recording, boolean repair, Path thumbnail) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx128m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dorg.bytedeco.javacpp.cachedir=" + cache,
        "-cp",
        System.getProperty("java.class.path"),
        MediaTool.class.getName(),
        recording.toString(),
        Boolean.toString(repair),
        thumbnail.toString());
  }

  private String run(Duration deadline, List<String> command) throws IOException {
    if (stopping) {
      throw Failure.UNAVAILABLE.exception();
    }
    Files.createDirectories(cache);
    AtomicBoolean late = new AtomicBoolean();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    children.add(process);
    if (stopping) {
      end(process); // stop() may not have seen it
    }
    long timer =
        vertx.setTimer(
            deadline.toMillis(),
            over -> {
              late.set(true);
              end(process);
            });
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readNBytes(OUTPUT_BYTES), StandardCharsets.UTF_8);
      output.transferTo(OutputStream.nullOutputStream());
      int code = process.waitFor();
      if (code != 0 && !OK.matcher(text).find()) {
        throw ended(code, late.get() ? "took longer than " + deadline.toSeconds() + " s" : text);
      }
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      vertx.cancelTimer(timer);
      children.remove(process);
      process.destroyForcibly();
    }
  }

  /** What it has printed can still be read, other than with {@link Process#destroyForcibly()}. */
  private static void end(Process process) {
    process.toHandle().destroyForcibly();
  }

  private IOException ended(int code, String why) {
    if (stopping) {
      throw Failure.UNAVAILABLE.exception();
    }
    return new IOException("media tool ended with " + code + ": " + why.strip());
  }

  /** Ends the children that still run, and begins no more; what they were at is done later. */
  public void stop() {
    stopping = true;
    children.forEach(MediaTools::end);
  }

  public Future<Void> close() {
    stop();
    return workers.close();
  }

  private static Found parse(String output) throws IOException {
    Matcher ok = OK.matcher(output);
    if (ok.find()) {
      double seconds = Double.parseDouble(ok.group(1));
      if (seconds < 0) {
        // Not short: unknown. A recording must not be thrown away for that.
        throw new IOException("the length is not known");
      }
      return new Found(
          seconds, Boolean.parseBoolean(ok.group(2)), Boolean.parseBoolean(ok.group(3)));
    }
    if (EMPTY.matcher(output).find()) {
      return new Found(0, false, false);
    }
    throw new IOException("media tool said: " + output.strip());
  }
}
