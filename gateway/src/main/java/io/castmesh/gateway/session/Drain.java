package io.castmesh.gateway.session;

import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.cluster.Peers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's sockets are sent elsewhere one after the other: those who come to the other gateways
 * must not come all at once. Each is answered what it has asked before it is closed; afterwards the
 * gateway waits for the others to fetch its sessions.
 */
final class Drain {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  /** A load balancer that asks for readiness each second knows by then. */
  private static final long NOTICE_MILLIS = 1_500;

  /** A gateway that starts a session in a few milliseconds takes so many a second in its stride. */
  private static final long MILLIS_PER_SOCKET = 5;

  private static final long POLL_MILLIS = 50;

  private final Vertx vertx;
  private final Sessions sessions;
  private final Peers peers;

  Drain(Vertx vertx, Sessions sessions, Peers peers) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.peers = peers;
  }

  static ClientEvent news(long reconnectAfterMillis) {
    return new ClientEvent(
        "server.draining", Json.text(Map.of("reconnectAfterMs", reconnectAfterMillis)));
  }

  Future<Void> run(Duration within) {
    long end = System.nanoTime() + within.toNanos();
    return pause(NOTICE_MILLIS)
        .compose(noticed -> sendAway(end))
        .compose(sent -> untilEmpty(end))
        .onSuccess(left -> log.info("drained sessionsLeft={}", left))
        .mapEmpty();
  }

  private Future<Void> sendAway(long end) {
    List<Connection> open = sessions.connections();
    long half = Math.max(0, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()) / 2);
    long spread = Math.min(half, open.size() * MILLIS_PER_SOCKET);
    Future<Void> all = pause(spread);
    for (int i = 0; i < open.size(); i++) {
      Connection connection = open.get(i);
      vertx.setTimer(1 + spread * i / open.size(), timer -> connection.sendAway());
    }
    return all;
  }

  /** How many sessions nobody has fetched. */
  private Future<Integer> untilEmpty(long end) {
    boolean nobodyToFetch = peers.others("gateway").isEmpty();
    return sessions.size() == 0 || nobodyToFetch || System.nanoTime() > end
        ? Future.succeededFuture(sessions.size())
        : pause(POLL_MILLIS).compose(waited -> untilEmpty(end));
  }

  private Future<Void> pause(long millis) {
    return vertx.timer(Math.max(1, millis), TimeUnit.MILLISECONDS).mapEmpty();
  }

  /** Sockets are closed over time already; this keeps those of one moment apart. */
  static long pauseOfClient() {
    return ThreadLocalRandom.current().nextLong(20, 300);
  }
}
