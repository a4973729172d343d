package io.castmesh.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server process that never outlives this JVM, not even when the JVM is killed: a small shell
 * script stands between them and watches a pipe that only the JVM holds open.
 *
 * <p>The script runs in a session of its own, so that a Ctrl-C in the terminal reaches the JVM
 * alone and the databases are still there while it drains.
 */
final class Child {
  private static final Logger log = LoggerFactory.getLogger(Child.class);

  /** How long a server may take to write down what it has before it is killed. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long MAX_LOG_BYTES = 4 << 20;
  private static final int SHOWN_LOG_BYTES = 2000;

  private final String name;
  private final Path log4child;
  private final Process guard;
  private volatile boolean stopping;

  private Child(String name, Path log4child, Process guard) {
    this.name = name;
    this.log4child = log4child;
    this.guard = guard;
  }

  /**
   * @param folder of this server alone: holds its pid file and its log
   * @param command the server in the foreground
   */
  static Child start(String name, Path folder, List<String> command) throws IOException {
    Path script = folder.resolve("guard.sh");
    try (InputStream source = Child.class.getResourceAsStream("guard.sh")) {
      Secrets.write(script, Objects.requireNonNull(source).readAllBytes());
    }
    Path logFile = rotated(folder.resolve(name + ".log"));
    List<String> line = new ArrayList<>(ownSession());
    line.addAll(List.of("/bin/sh", script.toString(), pidFile(folder).toString()));
    line.add(Long.toString(PATIENCE.toSeconds()));
    line.addAll(command);
    Process guard =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
            .start();
    Child child = new Child(name, logFile, guard);
    guard.onExit().thenAccept(child::ended);
    return child;
  }

  /**
   * Waits for what an earlier JVM has left behind in this folder. Its script is already ending it;
   * only when that fails is it ended from here.
   *
   * @throws IOException when it cannot be ended
   */
  static void awaitPredecessor(Path folder, Path program) throws IOException {
    Optional<ProcessHandle> found = predecessor(folder, program);
    if (found.isEmpty()) {
      return;
    }
    ProcessHandle old = found.get();
    log.info("waiting for the end of an earlier {} pid={}", program.getFileName(), old.pid());
    if (gone(old, PATIENCE)) {
      return;
    }
    old.destroy();
    if (gone(old, Duration.ofSeconds(10))) {
      return;
    }
    old.destroyForcibly();
    if (!gone(old, Duration.ofSeconds(5))) {
      throw new IOException(
          program.getFileName() + " of an earlier run does not end: process " + old.pid());
    }
  }

  boolean alive() {
    return guard.isAlive();
  }

  /** Asks the server to stop and waits until it has, or has been killed. */
  void stop() {
    stopping = true;
    try {
      guard.getOutputStream().close();
    } catch (IOException e) {
      log.debug("pipe already closed name={}", name, e);
    }
    try {
      if (!guard.waitFor(PATIENCE.toSeconds() + 5, TimeUnit.SECONDS)) {
        log.warn("{} does not end pid={}", name, guard.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The end of the server's log, for an error message. */
  String lastWords() {
    try {
      byte[] all = Files.readAllBytes(log4child);
      int from = Math.max(0, all.length - SHOWN_LOG_BYTES);
      return new String(all, from, all.length - from, java.nio.charset.StandardCharsets.UTF_8)
          .strip();
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  private void ended(Process process) {
    if (!stopping) {
      log.error("{} has ended by itself status={} log={}", name, process.exitValue(), log4child);
    }
  }

  private static Path pidFile(Path folder) {
    return folder.resolve("pid");
  }

  /** The process in the pid file, when it really is our program on our folder. */
  private static Optional<ProcessHandle> predecessor(Path folder, Path program) throws IOException {
    Path file = pidFile(folder);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String pid = Files.readString(file).strip();
    if (!pid.matches("\\d{1,18}")) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(pid)).filter(handle -> ours(handle, folder, program));
  }

  private static boolean ours(ProcessHandle handle, Path folder, Path program) {
    ProcessHandle.Info info = handle.info();
    String command = info.command().orElse("");
    if (!command.endsWith("/" + program.getFileName())) {
      return false;
    }
    return info.arguments()
        .map(arguments -> String.join(" ", arguments).contains(folder.toString()))
        .orElse(true);
  }

  private static boolean gone(ProcessHandle handle, Duration within) {
    try {
      handle.onExit().get(within.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      return !handle.isAlive();
    }
  }

  private static List<String> ownSession() {
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      return List.of("/usr/bin/setsid");
    }
    return List.of("/usr/bin/perl", "-e", "setpgrp(0, 0); exec @ARGV");
  }

  private static Path rotated(Path file) throws IOException {
    if (Files.exists(file) && Files.size(file) > MAX_LOG_BYTES) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".old"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }
}
