package io.castmesh.medianode.engine.loop;

import java.net.InetSocketAddress;

/**
 * The thread of a loop and its socket, as one kind of operating system offers them. Bound when it
 * is made; receives from {@link #start} on. {@link #send} and {@link #flush} are called on the
 * thread only, everything else from anywhere.
 */
interface Reactor {
  /** Called on the thread. What it throws is logged and harms nothing else. */
  interface Work {
    /**
     * @param data valid during the call; may be changed
     */
    void onDatagram(byte[] data, int length, InetSocketAddress from);

    /** What had arrived, or was to be done, has been handed over. */
    void onBurstEnd();

    /** Each {@link MediaLoop#TICK}. */
    void onTick();
  }

  void start();

  /** Runs a task soon; ignored when closed. */
  void execute(Runnable task);

  boolean inLoop();

  /** The bound port; 0 when closed. */
  int port();

  /**
   * Sends a datagram, at the latest with the next {@link #flush}.
   *
   * @return false when it is lost already
   */
  boolean send(byte[] data, int offset, int length, InetSocketAddress to);

  /** Sends what was held back to go with what followed. */
  void flush();

  /** Datagrams the system did not take. */
  long sendFailures();

  /** Stops after the tasks that are queued now; waits at most two seconds for it. */
  void close();
}
