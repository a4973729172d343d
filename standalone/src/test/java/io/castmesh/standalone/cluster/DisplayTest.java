package io.castmesh.standalone.cluster;

import static io.castmesh.standalone.cluster.TestProcesses.shell;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisplayTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  private final Stopped terminal = new Stopped();
  private final Display display =
      new Display(new PrintStream(terminal, true, StandardCharsets.UTF_8), false);

  @Test
  void aTerminalThatWasStoppedKeepsNobodyWaiting() throws Exception {
    // given
    Supervised process =
        new Supervised(shell(folder, "room-1", "room", "sleep 1000"), display::changed);

    // when: nobody takes what is said
    CompletableFuture<Boolean> all =
        CompletableFuture.supplyAsync(
            () -> {
              display.say("starting");
              process.start();
              boolean ready = process.awaitReady(SOON, 1);
              process.kill();
              process.beginStop(Duration.ZERO);
              boolean down = process.awaitDown(SOON);
              display.sayBelow("stopped");
              display.flush(Duration.ofMillis(1));
              return ready && down;
            });

    // then
    assertThat(all.get(60, TimeUnit.SECONDS)).isTrue();
    assertThat(terminal.text()).isEmpty();

    // when
    terminal.goesOn.countDown();
    display.flush(SOON);

    // then nothing is lost
    assertThat(terminal.text().lines())
        .containsSubsequence("castmesh: starting", "castmesh: room-1 is down", "castmesh: stopped");
  }

  @Test
  void whatNobodyTakesIsBounded() {
    // given
    for (int line = 0; line < 5_000; line++) {
      display.say("line " + line);
    }

    // when
    terminal.goesOn.countDown();
    display.flush(SOON);

    // then the latest are told
    assertThat(terminal.text().lines()).hasSizeLessThan(2_000).endsWith("castmesh: line 4999");
  }

  /** A terminal as after Ctrl-S, until it goes on. */
  private static final class Stopped extends OutputStream {
    final CountDownLatch goesOn = new CountDownLatch(1);
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        goesOn.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      synchronized (taken) {
        taken.write(bytes, from, length);
      }
    }

    String text() {
      synchronized (taken) {
        return taken.toString(StandardCharsets.UTF_8);
      }
    }
  }
}
