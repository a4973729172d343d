package io.castmesh.runtime.life;

import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT: the first asks for an orderly end, the second forces one.
 *
 * <p>A JVM shutdown hook cannot tell the second from the first, hence {@code sun.misc.Signal}.
 */
public final class Signals {
  private Signals() {}

  /** By convention 128 + SIGINT. */
  private static final int FORCED = 130;

  public static void handle(Runnable shutdown) {
    handle(shutdown, () -> Runtime.getRuntime().halt(FORCED));
  }

  /**
   * @param shutdown on a thread of its own
   * @param force at the second signal, and at each one after it
   */
  public static void handle(Runnable shutdown, Runnable force) {
    AtomicInteger count = new AtomicInteger();
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(
          new Signal(name),
          signal -> {
            if (count.incrementAndGet() == 1) {
              new Thread(shutdown, "shutdown").start();
            } else {
              force.run();
            }
          });
    }
  }
}
