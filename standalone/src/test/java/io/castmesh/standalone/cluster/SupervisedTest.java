package io.castmesh.standalone.cluster;

import static io.castmesh.standalone.cluster.TestProcesses.eventually;
import static io.castmesh.standalone.cluster.TestProcesses.runs;
import static io.castmesh.standalone.cluster.TestProcesses.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.standalone.cluster.Supervised.State;
import io.castmesh.standalone.cluster.Supervised.Status;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final List<Status> news = new CopyOnWriteArrayList<>();
  private Supervised process;

  @AfterEach
  void nothingIsLeft() {
    if (process != null) {
      process.beginStop(Duration.ZERO);
      process.kill();
      process.awaitDown(SOON);
    }
  }

  @Test
  void aKilledProcessIsStartedAgain() throws Exception {
    // given
    process = started("sleep 1000");
    long first = process.status().pid();

    // when
    process.kill();

    // then
    assertThat(process.awaitGone(first, SOON)).isTrue();
    assertThat(process.awaitReady(SOON, 9)).isTrue();
    assertThat(process.status().pid()).isNotEqualTo(first);
    assertThat(process.status().restarts()).isEqualTo(1);
    assertThat(runs(first)).isFalse();
    assertThat(news)
        .extracting(Status::state)
        .containsSubsequence(State.READY, State.RESTARTING, State.STARTING, State.READY);
    assertThat(news)
        .filteredOn(status -> status.state() == State.RESTARTING)
        .extracting(Status::note)
        .containsExactly("killed");
  }

  @Test
  void aListenerThatFailsKeepsNobodyFromBeingStartedAgain() throws Exception {
    // given
    process =
        new Supervised(
            shell(folder, "room-1", "room", "sleep 1000"),
            (spec, status) -> {
              throw new IllegalStateException("nobody hears");
            });
    process.start();
    assertThat(process.awaitReady(SOON, 1)).isTrue();
    long first = process.status().pid();

    // when
    process.kill();

    // then
    assertThat(process.awaitGone(first, SOON)).isTrue();
    assertThat(process.awaitReady(SOON, 9)).isTrue();
  }

  @Test
  void aStoppedProcessIsAskedToEndAndStaysDownUntilItIsStarted() throws Exception {
    // given one that says what it was asked
    process = started("trap 'echo asked; exit 0' TERM; echo listens; while :; do sleep 0.05; done");
    long first = process.status().pid();
    Path log = folder.resolve("room-1/log");
    eventually("it listens", () -> log.toFile().length() > 0);

    // when
    process.beginStop(Duration.ZERO);

    // then
    assertThat(process.awaitDown(SOON)).isTrue();
    assertThat(runs(first)).isFalse();
    assertThat(log).hasContent("listens\nasked");
    Thread.sleep(700); // the first pause after a death would be over
    assertThat(process.status().state()).isEqualTo(State.DOWN);

    // when
    process.start();

    // then
    assertThat(process.awaitReady(SOON, 1)).isTrue();
  }

  @Test
  void whoDiesAtEveryStartIsTriedAgainAtGrowingPauses() throws Exception {
    // given, when
    ProcessSpec shell = shell(folder, "room-1", "room", "exit 3");
    ProcessSpec never =
        new ProcessSpec(
            shell.name(),
            shell.service(),
            shell.host(),
            shell.ports(),
            shell.carries(),
            shell.program(),
            Health.ofManagement("127.0.0.1", 1));
    process = new Supervised(never, this::hear);
    process.start();

    // then it is given up by who waits for it, after so many deaths
    assertThat(process.awaitReady(SOON, 4)).isFalse();
    assertThat(process.status().state()).isEqualTo(State.RESTARTING);
    assertThat(process.status().note()).isEqualTo("exit status 3 (4 times young)");

    // when it is told to stop in one of its pauses
    process.beginStop(Duration.ZERO);

    // then
    assertThat(process.awaitDown(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void aChildDiesWithItsSupervisorHoweverThatEnds() throws Exception {
    // given a supervisor of its own
    Process supervisor =
        new ProcessBuilder(
                ClusterPlan.java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SupervisedMain.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long child = firstLine(supervisor);
    assertThat(runs(child)).isTrue();

    // when
    supervisor.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

    // then
    eventually("the child has ended", () -> !runs(child));
  }

  private static long firstLine(Process process) throws IOException {
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    return Long.parseLong(reader.readLine());
  }

  private Supervised started(String line) throws IOException {
    Supervised made = new Supervised(shell(folder, "room-1", "room", line), this::hear);
    made.start();
    assertThat(made.awaitReady(SOON, 1)).isTrue();
    return made;
  }

  private void hear(ProcessSpec spec, Status status) {
    news.add(status);
  }
}
