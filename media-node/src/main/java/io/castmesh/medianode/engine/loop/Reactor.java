package io.castmesh.medianode.engine.loop;

import io.castmesh.medianode.engine.net.Route;
import java.util.concurrent.RejectedExecutionException;

/**
 * The thread of a loop and its sockets, as one kind of operating system offers them. Bound when it
 * is made; receives from {@link #start} on. {@link #flush} and what its ports and connections send
 * belong to the thread, everything else may be called from anywhere.
 */
interface Reactor {
  /** Called on the thread. What it throws is logged and harms nothing else. */
  interface Work {
    /**
     * @param data valid during the call; may be changed
     * @param from the way to answer by
     */
    void onDatagram(byte[] data, int length, Route from);

    /** A TCP connection is no more. */
    void onRouteClosed(Route route);

    /** What had arrived, or was to be done, has been handed over. */
    void onBurstEnd();

    /** Each {@link MediaLoop#TICK}. */
    void onTick();
  }

  void start();

  /**
   * Runs a task soon.
   *
   * @throws RejectedExecutionException when closed
   */
  void execute(Runnable task);

  boolean inLoop();

  /** The bound port of UDP; 0 when closed. */
  int port();

  /** Those by TCP. */
  StreamConnections connections();

  /** Sends what was held back to go with what followed. */
  void flush();

  /** Datagrams the system did not take. */
  long sendFailures();

  /** Stops after the tasks that are queued now; waits at most two seconds for it. */
  void close();
}
