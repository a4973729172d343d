package io.castmesh.testing;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.ServiceProcess;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** A process is told to end, or fails, while it starts. */
@ExtendWith(TestMesh.class)
@DisabledOnOs(OS.WINDOWS)
class BrokenOffStartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A service that is not up until it is told to end, and whose end takes a while. */
  public static final class Slow extends VerticleBase {
    private final Mesh mesh;

    Slow(Mesh mesh) {
      this.mesh = mesh;
    }

    public static void main(String[] args) {
      ServiceProcess.run("slow", settings -> settings, (mesh, settings) -> new Slow(mesh));
    }

    @Override
    public Future<?> start() {
      Promise<Void> up = Promise.promise();
      mesh.lifecycle()
          .onStop(
              "slow",
              () -> {
                up.fail("too late");
                return mesh.vertx()
                    .timer(1, TimeUnit.SECONDS)
                    .map(
                        over -> {
                          System.out.println("written down");
                          return null;
                        });
              });
      System.out.println("starting");
      return up.future();
    }
  }

  /** One whose start ends in a fault of ours, with a secret in its words. */
  public static final class Faulty {
    private Faulty() {}

    public static void main(String[] args) {
      ServiceProcess.run(
          "faulty",
          settings -> settings,
          (mesh, settings) -> {
            throw new IllegalStateException("no way to redis://:p4ss@127.0.0.1");
          });
    }
  }

  @Test
  void theEndGoesOnInOrder(TestMesh test) throws Exception {
    // given
    Path log = Files.createTempFile(test.dataDir(), "slow-", ".log");
    Process process = start(test, Slow.class, log);
    eventually(
        "it is starting", PATIENCE, () -> assertThat(Files.readString(log)).contains("starting"));

    // when
    process.destroy();

    // then
    assertThat(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(Files.readString(log)).contains("written down").contains("stopped clean=true");
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void aFaultEndsTheProcessWithASentenceThatHoldsNoPassword(TestMesh test) throws Exception {
    // given, when
    Path log = Files.createTempFile(test.dataDir(), "faulty-", ".log");
    Process process = start(test, Faulty.class, log);

    // then
    try {
      assertThat(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(Files.readString(log)).contains("no way to redis").doesNotContain("p4ss");
  }

  private static Process start(TestMesh test, Class<?> main, Path log) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    builder.environment().putAll(test.environment());
    return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }
}
