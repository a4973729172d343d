package io.castmesh.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that is started as an engine would: with the variables that it is given, and no more.
 */
final class Container implements AutoCloseable {
  private static final long END_SECONDS = 45;

  private final Process process;
  private final Path log;

  private Container(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static Container start(List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    Map<String, String> own = new HashMap<>(environment);
    own.put("PATH", System.getenv("PATH"));
    builder.environment().clear();
    builder.environment().putAll(own);
    return new Container(builder.start(), log);
  }

  boolean alive() {
    return process.isAlive();
  }

  String log() {
    return Repository.text(log);
  }

  /** Waits for its end, which it may be told by SIGTERM. */
  int exit(boolean tell) throws InterruptedException {
    if (tell) {
      process.destroy();
    }
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("does not end: " + log());
    }
    return process.exitValue();
  }

  /** Runs something to its end; the output is a part of what is thrown. */
  static String run(List<String> command, Map<String, String> environment) throws Exception {
    Path log = Files.createTempFile("castmesh", ".log");
    try (Container container = start(command, environment, log)) {
      int code = container.exit(false);
      if (code != 0) {
        throw new IllegalStateException(command + " ended with " + code + ": " + container.log());
      }
      return container.log();
    } finally {
      Files.delete(log);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
