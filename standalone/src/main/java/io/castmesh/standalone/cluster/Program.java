package io.castmesh.standalone.cluster;

import io.castmesh.embedded.Child;
import io.castmesh.embedded.EmbeddedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that can be started again and again. Blocking. */
@FunctionalInterface
interface Program {
  /**
   * @throws IOException when it does not start; says why
   */
  Run start() throws IOException;

  /** One life of it. */
  interface Run {
    Child child();

    /** Completes with its exit status when it has ended and can be started again. */
    default CompletableFuture<Integer> exit() {
      return child().onExit();
    }

    /**
     * Asks it to end and waits until it has, or has been killed.
     *
     * @param grace how long work that is under way may go on, where that can be said
     */
    void stop(Duration grace);
  }

  /** A command that ends on SIGTERM. */
  static Program command(Child.Launch launch) {
    return () -> {
      Child child = Child.start(launch);
      child.expectEnd();
      return new Run() {
        @Override
        public Child child() {
          return child;
        }

        @Override
        public void stop(Duration grace) {
          child.stop();
        }
      };
    };
  }

  /** HAProxy: SIGUSR1 lets what is connected go on and takes nothing new. */
  static Program proxy(Child.Launch launch) {
    return () -> {
      Child child = Child.start(launch);
      child.expectEnd();
      return new Run() {
        @Override
        public Child child() {
          return child;
        }

        @Override
        public void stop(Duration grace) {
          try {
            new ProcessBuilder(List.of("/bin/kill", "-USR1", Long.toString(child.pid())))
                .start()
                .onExit()
                .get(1, TimeUnit.SECONDS);
            CompletableFuture<Integer> exit = child.onExit();
            exit.get(grace.toMillis(), TimeUnit.MILLISECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (IOException | ExecutionException | TimeoutException stillBusy) {
            // ended below
          }
          child.stop();
        }
      };
    };
  }

  /** How an embedded database is started. */
  @FunctionalInterface
  interface Database {
    EmbeddedServer start() throws IOException;
  }

  /** A database; its start blocks until it answers. */
  static Program database(Database database) {
    return () -> {
      EmbeddedServer server = database.start();
      server.child().expectEnd();
      // A database that dies by itself leaves its lock: the next start could not take it.
      CompletableFuture<Integer> released =
          server
              .child()
              .onExit()
              .thenApply(
                  status -> {
                    release(server);
                    return status;
                  });
      return new Run() {
        @Override
        public Child child() {
          return server.child();
        }

        @Override
        public CompletableFuture<Integer> exit() {
          return released;
        }

        @Override
        public void stop(Duration grace) {
          release(server);
        }
      };
    };
  }

  private static void release(EmbeddedServer server) {
    try {
      server.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
