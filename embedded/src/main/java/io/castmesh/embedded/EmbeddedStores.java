package io.castmesh.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Both databases, started and stopped side by side, and started again when they die. */
public final class EmbeddedStores {
  private final Kept mariaDb;
  private final Kept redis;

  private EmbeddedStores(Kept mariaDb, Kept redis) {
    this.mariaDb = mariaDb;
    this.redis = redis;
  }

  /**
   * Blocks until both answer.
   *
   * @param dataDir holds {@code mariadb/} and {@code redis/}
   * @throws IOException when one does not start; then neither runs
   */
  public static EmbeddedStores start(Path dataDir) throws IOException {
    Place place = Place.in(dataDir);
    CompletableFuture<Kept> redis =
        async(() -> Kept.start("redis", port -> EmbeddedRedis.start(place.at(port))));
    Kept mariaDb;
    try {
      mariaDb = Kept.start("mariadb", port -> EmbeddedMariaDb.start(place.at(port)));
    } catch (IOException | RuntimeException e) {
      stopWhenStarted(redis);
      throw e;
    }
    try {
      return new EmbeddedStores(mariaDb, join(redis));
    } catch (IOException | RuntimeException e) {
      mariaDb.stop();
      throw e;
    }
  }

  public String mysqlUrl() {
    return mariaDb.url();
  }

  public String redisUrl() {
    return redis.url();
  }

  /**
   * @param listener told the name of a database that has died too often to be started again
   */
  public void onGivenUp(Consumer<String> listener) {
    mariaDb.onGivenUp(listener);
    redis.onGivenUp(listener);
  }

  /** Blocks until both have written everything down and ended. */
  public void stop() throws IOException {
    CompletableFuture<Void> redisStopped =
        async(
            () -> {
              redis.stop();
              return null;
            });
    mariaDb.stop();
    join(redisStopped);
  }

  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  private static <T> CompletableFuture<T> async(Work<T> work) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(work.run());
              } catch (IOException | RuntimeException e) {
                future.completeExceptionally(e);
              }
            },
            "embedded-redis");
    thread.setDaemon(true);
    thread.start();
    return future;
  }

  private static <T> T join(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private static void stopWhenStarted(CompletableFuture<Kept> redis) throws IOException {
    Kept started;
    try {
      started = join(redis);
    } catch (IOException e) {
      return; // neither runs: the caller is told about the other one
    }
    started.stop();
  }
}
