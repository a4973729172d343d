package io.castmesh.medianode;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The media node as a process of its own; stops cleanly on SIGTERM and SIGINT. */
public final class MediaNodeMain {
  private static final Logger log = LoggerFactory.getLogger(MediaNodeMain.class);

  /** Exit codes of sysexits.h: a bad configuration, a service that is not available. */
  private static final int EXIT_CONFIG = 78;

  private static final int EXIT_UNAVAILABLE = 69;

  /** Recordings are finished within this, or they are recovered at the next start. */
  private static final long SHUTDOWN_SECONDS = 15;

  private MediaNodeMain() {}

  public static void main(String[] arguments) {
    MediaNodeConfig config;
    try {
      config = MediaNodeSettings.read(System.getenv(), arguments);
    } catch (MediaNodeSettings.Invalid invalid) {
      System.err.println(invalid.getMessage());
      System.exit(EXIT_CONFIG);
      return;
    }
    Vertx vertx = Vertx.vertx();
    MediaNode.start(vertx, config)
        .onSuccess(
            node ->
                Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(vertx, node), "shutdown")))
        .onFailure(
            cause -> {
              log.error("The media node did not start", cause);
              System.exit(EXIT_UNAVAILABLE);
            });
  }

  private static void stop(Vertx vertx, MediaNode node) {
    try {
      node.close().await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
      vertx.close().await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
      log.info("The media node has stopped");
    } catch (TimeoutException late) {
      log.warn("The media node did not stop within {} s", SHUTDOWN_SECONDS);
    } catch (RuntimeException failure) {
      log.warn("The media node did not stop cleanly", failure);
    }
  }
}
