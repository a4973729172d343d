package io.castmesh.standalone.cluster;

import static org.assertj.core.api.Assertions.fail;

import io.castmesh.embedded.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Small real processes, and a wait that says what is still missing. */
final class TestProcesses {
  private TestProcesses() {}

  private static final long PATIENCE_MILLIS = 60_000;

  /** One that runs a line of shell. */
  static ProcessSpec shell(Path folder, String name, String service, String line)
      throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    Child.Launch launch =
        new Child.Launch(
            name,
            own,
            own.resolve("log"),
            Duration.ofSeconds(5),
            null,
            List.of("/bin/sh", "-c", line));
    return new ProcessSpec(
        name,
        service,
        "127.0.0.1",
        Map.of(),
        Map.of(),
        Program.command(launch),
        Health.ofRunning());
  }

  static void eventually(String what, BooleanSupplier met) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
    while (!met.getAsBoolean()) {
      if (System.nanoTime() > end) {
        fail("still not so: " + what);
      }
      Thread.sleep(20);
    }
  }

  static boolean runs(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
