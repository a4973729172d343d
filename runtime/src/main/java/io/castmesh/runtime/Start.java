package io.castmesh.runtime;

import io.castmesh.runtime.Launcher.StartException;
import io.castmesh.runtime.config.ConfigException;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.log.Redaction;
import java.time.Duration;

/**
 * What every main method does when the start fails: one sentence without a secret, an end in order
 * of what already runs, and an exit with 78 for settings and 1 for anything else.
 */
public final class Start {
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private Start() {}

  /**
   * Returns when the process is ready, or has been told to end meanwhile.
   *
   * @param lifecycle of what the start has begun
   */
  public static void run(Lifecycle lifecycle, Runnable start) {
    try {
      start.run();
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      System.exit(ConfigException.EXIT_CODE);
    } catch (StartException e) {
      fail(lifecycle, e.getMessage());
    } catch (RuntimeException e) {
      fail(lifecycle, "cannot start: " + e);
    }
  }

  private static void fail(Lifecycle lifecycle, String why) {
    if (!lifecycle.running()) {
      return; // the start was broken off by an end in order, which goes on and exits by itself
    }
    System.err.println("castmesh: " + Redaction.of(why));
    lifecycle.drain(DRAIN);
    System.exit(1);
  }
}
