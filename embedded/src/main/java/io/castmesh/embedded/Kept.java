package io.castmesh.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an embedded database running: one that dies is started again at its port, after growing
 * pauses while it dies young, until it is given up.
 *
 * <p>A thread of its own waits for the end of each life. Thread-safe; {@link #stop} blocks.
 */
final class Kept {
  private static final Logger log = LoggerFactory.getLogger(Kept.class);

  /** Some seconds of pauses; who dies as often as this will not come up by itself. */
  private static final int HOPELESS = 5;

  /** How it is started; blocks until it answers. */
  @FunctionalInterface
  interface Start {
    EmbeddedServer at(int port) throws IOException;
  }

  private final String name;
  private final Start start;
  private final String url;
  private final int port;
  private final Thread keeper;
  private final CompletableFuture<String> givenUp = new CompletableFuture<>();

  /** Written by the keeper alone, once that runs. */
  private volatile EmbeddedServer server;

  private Kept(String name, Start start, EmbeddedServer first) {
    this.name = name;
    this.start = start;
    this.server = first;
    this.url = first.url();
    this.port = first.port();
    this.keeper = new Thread(this::keep, "embedded-" + name);
    keeper.setDaemon(true);
    keeper.start();
  }

  /**
   * Blocks until it answers.
   *
   * @param start is given 0 for a free port, later the one that it had
   * @throws IOException when it does not start the first time
   */
  static Kept start(String name, Start start) throws IOException {
    return new Kept(name, start, start.at(0));
  }

  /** The same in every life. */
  String url() {
    return url;
  }

  /**
   * @param listener told its name when it has died too often
   */
  void onGivenUp(Consumer<String> listener) {
    givenUp.thenAccept(listener);
  }

  /** Blocks until everything is written down and the process has ended. */
  void stop() throws IOException {
    keeper.interrupt();
    try {
      keeper.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop();
  }

  private void keep() {
    Backoff backoff = new Backoff();
    try {
      while (!givenUp.isDone()) {
        Duration lived = untilItsEnd();
        boolean runs = false;
        while (!runs && !givenUp.isDone()) {
          Duration pause = backoff.pause(lived);
          if (backoff.deaths() > HOPELESS) {
            log.error("{} does not come up again times={}", name, HOPELESS);
            givenUp.complete(name);
          } else {
            Thread.sleep(pause.toMillis());
            runs = revive();
            lived = Duration.ZERO;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is to be stopped
    }
  }

  private Duration untilItsEnd() throws InterruptedException {
    long begin = System.nanoTime();
    try {
      server.child().onExit().get();
    } catch (ExecutionException e) {
      log.warn("{} has ended error={}", name, e.getCause().toString());
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private boolean revive() throws InterruptedException {
    try {
      // Its lock would keep the next life off the data.
      server.stop();
      server = start.at(port);
      log.info("{} runs again pid={}", name, server.child().pid());
      return true;
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      log.error("{} cannot be started again error={}", name, e.getMessage());
      return false;
    }
  }
}
