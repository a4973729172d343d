package io.castmesh.medianode.kurento;

/**
 * Bounds and periods of the protocol server. {@link #defaults()} suits one node with a handful of
 * application servers in front of it.
 *
 * @param maxSockets open control sockets; further ones are refused with HTTP 503
 * @param maxMessageBytes size of one message; a larger one closes its socket
 * @param maxObjects media objects alive; creating more fails with NOT_ENOUGH_RESOURCES
 * @param maxSessions sessions alive; opening more fails with NOT_ENOUGH_RESOURCES
 * @param maxSubscriptionsPerSession subscribing to more fails with NOT_ENOUGH_RESOURCES
 * @param maxRequestsInFlight unanswered requests of one socket before it is no longer read
 * @param maxUnsentBytes replies and events waiting for a slow reader before its socket is closed
 * @param sessionGcMillis a session without a socket is dropped after one to two of these
 * @param replyCacheMillis how long a reply is repeated for the same session and request id
 * @param maxCachedReplies the oldest is dropped for a further one, and for what is beyond 8 MB
 * @param operationTimeoutMillis how long the engine may take for one operation
 * @param idleMillis a socket that says nothing for so long is closed; Kurento's client says
 *     something every 4 minutes, and answers no WebSocket pings
 */
public record KurentoLimits(
    int maxSockets,
    int maxMessageBytes,
    int maxObjects,
    int maxSessions,
    int maxSubscriptionsPerSession,
    int maxRequestsInFlight,
    int maxUnsentBytes,
    long sessionGcMillis,
    long replyCacheMillis,
    int maxCachedReplies,
    long operationTimeoutMillis,
    long idleMillis) {

  /**
   * The session period and the reply cache's are a Kurento server's own: 4 minutes, 20 seconds. A
   * socket may miss one of its client's pings.
   */
  public static KurentoLimits defaults() {
    return new KurentoLimits(
        256, 1 << 20, 50_000, 5_000, 200_000, 256, 8 << 20, 240_000, 20_000, 50_000, 30_000,
        600_000);
  }

  /** The same with another session period. */
  public KurentoLimits withSessionGcMillis(long millis) {
    return new KurentoLimits(
        maxSockets,
        maxMessageBytes,
        maxObjects,
        maxSessions,
        maxSubscriptionsPerSession,
        maxRequestsInFlight,
        maxUnsentBytes,
        millis,
        replyCacheMillis,
        maxCachedReplies,
        operationTimeoutMillis,
        idleMillis);
  }

  /** The same with another time for a socket to say nothing. */
  public KurentoLimits withIdleMillis(long millis) {
    return new KurentoLimits(
        maxSockets,
        maxMessageBytes,
        maxObjects,
        maxSessions,
        maxSubscriptionsPerSession,
        maxRequestsInFlight,
        maxUnsentBytes,
        sessionGcMillis,
        replyCacheMillis,
        maxCachedReplies,
        operationTimeoutMillis,
        millis);
  }

  /** The same with other counts of sockets and objects. */
  public KurentoLimits withMaxima(int sockets, int objects) {
    return new KurentoLimits(
        sockets,
        maxMessageBytes,
        objects,
        maxSessions,
        maxSubscriptionsPerSession,
        maxRequestsInFlight,
        maxUnsentBytes,
        sessionGcMillis,
        replyCacheMillis,
        maxCachedReplies,
        operationTimeoutMillis,
        idleMillis);
  }
}
