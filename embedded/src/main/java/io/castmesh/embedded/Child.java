package io.castmesh.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that never outlives this JVM, not even when the JVM is killed: a small shell script
 * stands between them and watches a pipe that only the JVM holds open.
 *
 * <p>The script runs in a session of its own, so that a Ctrl-C in the terminal reaches the JVM
 * alone and the children are still there while it drains. Thread-safe; waits block.
 */
public final class Child {
  private static final Logger log = LoggerFactory.getLogger(Child.class);

  /** How long a server may take to write down what it has before it is killed. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The script writes the pid file as its first act. */
  private static final Duration PID_WITHIN = Duration.ofSeconds(5);

  private static final long MAX_LOG_BYTES = 4 << 20;
  private static final int SHOWN_LOG_BYTES = 2000;

  /**
   * What is to run.
   *
   * @param folder its working directory; belongs to it alone: holds its pid file
   * @param log its output is appended here
   * @param patience between being asked to end and being made to
   * @param environment instead of this JVM's; null: the same
   * @param command in the foreground
   */
  public record Launch(
      String name,
      Path folder,
      Path log,
      Duration patience,
      Map<String, String> environment,
      List<String> command) {
    static Launch of(String name, Path folder, Place place) {
      return new Launch(
          name, folder, place.logOr(folder.resolve(name + ".log")), PATIENCE, null, List.of());
    }

    Launch with(List<String> newCommand) {
      return new Launch(name, folder, log, patience, environment, newCommand);
    }
  }

  private final Launch launch;
  private final Process guard;
  private final ProcessHandle process;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();
  private volatile boolean stopping;

  private Child(Launch launch, Process guard, ProcessHandle process) {
    this.launch = launch;
    this.guard = guard;
    this.process = process;
  }

  /**
   * @throws IOException when not even the script runs
   */
  public static Child start(Launch launch) throws IOException {
    Path script = launch.folder().resolve("guard.sh");
    try (InputStream source = Child.class.getResourceAsStream("guard.sh")) {
      Secrets.write(script, Objects.requireNonNull(source).readAllBytes());
    }
    Path pidFile = pidFile(launch.folder());
    Files.deleteIfExists(pidFile);
    rotate(launch.log());
    List<String> line = new ArrayList<>(ownSession());
    line.addAll(List.of("/bin/sh", script.toString(), pidFile.toString()));
    line.add(Long.toString(launch.patience().toSeconds()));
    line.addAll(launch.command());
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(launch.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
    if (launch.environment() != null) {
      builder.environment().clear();
      builder.environment().putAll(launch.environment());
    }
    Process guard = builder.start();
    Child child = new Child(launch, guard, awaitPid(guard, pidFile).orElse(guard.toHandle()));
    guard.onExit().thenAccept(child::ended);
    return child;
  }

  /**
   * Waits for what an earlier JVM has left behind in this folder. Its script is already ending it;
   * only when that fails is it ended from here.
   *
   * @param program the file that it runs
   * @throws IOException when it cannot be ended
   */
  public static void awaitPredecessor(Path folder, Path program) throws IOException {
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

  /** Of the program itself, not of the script that guards it. */
  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return guard.isAlive();
  }

  /** Completes with the exit status when the program has ended, however it did. */
  public CompletableFuture<Integer> onExit() {
    return exit.copy();
  }

  /** Asks the program to stop and waits until it has, or has been killed. */
  public void stop() {
    stopping = true;
    try {
      guard.getOutputStream().close();
    } catch (IOException e) {
      log.debug("pipe already closed name={}", launch.name(), e);
    }
    if (!ends(launch.patience().plusSeconds(5))) {
      log.warn("{} does not end pid={}", launch.name(), pid());
    }
  }

  /**
   * Whoever is interrupted while it starts a server is to end it, and waits for that all the same.
   */
  private boolean ends(Duration within) {
    long end = System.nanoTime() + within.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return guard.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the program at once, without asking (SIGKILL). */
  public void kill() {
    process.destroyForcibly();
  }

  /** From here on an end is no surprise. */
  public void expectEnd() {
    stopping = true;
  }

  /** The end of the program's log, for an error message. */
  public String lastWords() {
    try {
      byte[] all = Files.readAllBytes(launch.log());
      int from = Math.max(0, all.length - SHOWN_LOG_BYTES);
      return new String(all, from, all.length - from, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  private void ended(Process script) {
    // A script that was killed cannot say when the program ends: nobody would look after it.
    process.destroyForcibly();
    if (!stopping) {
      log.error(
          "{} has ended by itself status={} log={}",
          launch.name(),
          script.exitValue(),
          launch.log());
    }
    exit.complete(script.exitValue());
  }

  private static Optional<ProcessHandle> awaitPid(Process guard, Path file) throws IOException {
    long end = System.nanoTime() + PID_WITHIN.toNanos();
    while (guard.isAlive() && System.nanoTime() < end) {
      Optional<Long> pid = pid(file);
      if (pid.isPresent()) {
        return ProcessHandle.of(pid.get());
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Path pidFile(Path folder) {
    return folder.resolve("pid");
  }

  private static Optional<Long> pid(Path file) throws IOException {
    try {
      String pid = Files.readString(file);
      return pid.matches("\\d{1,18}\\s+")
          ? Optional.of(Long.parseLong(pid.strip()))
          : Optional.empty();
    } catch (java.nio.file.NoSuchFileException notYet) {
      return Optional.empty();
    }
  }

  /** The process in the pid file, when it really is our program on our folder. */
  private static Optional<ProcessHandle> predecessor(Path folder, Path program) throws IOException {
    return pid(pidFile(folder))
        .flatMap(ProcessHandle::of)
        .filter(handle -> ours(handle, folder, program));
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
    } catch (ExecutionException | TimeoutException e) {
      return !handle.isAlive();
    }
  }

  private static List<String> ownSession() {
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      return List.of("/usr/bin/setsid");
    }
    return List.of("/usr/bin/perl", "-e", "setpgrp(0, 0); exec @ARGV");
  }

  private static void rotate(Path file) throws IOException {
    if (Files.exists(file) && Files.size(file) > MAX_LOG_BYTES) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".old"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
