package io.castmesh.runtime.cluster;

import io.castmesh.contract.Done;
import io.castmesh.contract.Nodes;
import io.castmesh.contract.Nodes.Node;
import io.castmesh.contract.Nodes.Probe;
import io.castmesh.contract.Nodes.Probed;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node can be reached over the bus, which its own calls do not show: after a partition
 * or several quick deaths the others may have lost where it is. It asks another node, each time a
 * different one, to call it back. Deaf twice in a row it is not ready, and puts its registrations
 * in again; deaf for long, the process ends, so that it is started afresh.
 *
 * <p>Confined to the context that started it; {@link #well} may be asked from any thread.
 */
public final class Hearing {
  private static final Logger log = LoggerFactory.getLogger(Hearing.class);

  private static final long EVERY_MILLIS = 3_000;
  private static final int DEAF_AT = 2;
  private static final int HOPELESS_AT = 8;

  private final Vertx vertx;
  private final Bus bus;
  private final Peers peers;
  private final Membership membership;
  private final Runnable hopeless;
  private final String node;
  private volatile int failures;
  private boolean probing;
  private long probedAt = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS);
  private long timer = -1;

  /**
   * @param hopeless called when nothing has helped: ends the process
   */
  public Hearing(Vertx vertx, Bus bus, Peers peers, Membership membership, Runnable hopeless) {
    this.vertx = vertx;
    this.bus = bus;
    this.peers = peers;
    this.membership = membership;
    this.hopeless = hopeless;
    this.node = peers.self().node();
  }

  public Future<Void> start() {
    timer = vertx.setPeriodic(EVERY_MILLIS, ignored -> probe());
    return Future.all(
            bus.serve(Nodes.ECHO.at(node), probe -> Future.succeededFuture(Done.DONE)),
            bus.serve(Nodes.PROBE.at(node), this::callBack))
        .mapEmpty();
  }

  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    return Future.succeededFuture();
  }

  /** How often in a row this node was not reached. */
  public int failures() {
    return failures;
  }

  /** Fails while this node is deaf. */
  public Future<Void> well() {
    return failures < DEAF_AT
        ? Future.succeededFuture()
        : Future.failedFuture("cannot be reached over the bus");
  }

  private Future<Probed> callBack(Probe probe) {
    return bus.ask(Nodes.ECHO.at(probe.node()), probe)
        .transform(echo -> Future.succeededFuture(new Probed(echo.succeeded())));
  }

  private void probe() {
    List<Node> others = peers.nodes().stream().filter(other -> !other.node().equals(node)).toList();
    long now = System.nanoTime();
    // After the process has hung, the timer makes up for what it has missed, all at once.
    boolean early = now - probedAt < TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS / 2);
    if (probing || early || others.isEmpty()) {
      return;
    }
    probing = true;
    probedAt = now;
    Node other = others.get(ThreadLocalRandom.current().nextInt(others.size()));
    bus.ask(Nodes.PROBE.at(other.node()), new Probe(node))
        .onComplete(
            probed -> {
              probing = false;
              if (probed.succeeded() && probed.result().reached()) {
                heard();
              } else if (peers.isAlive(other.node())) {
                // It beats, so it is there and reaches us; but we do not get through, or not back.
                deaf(other);
              }
            });
  }

  private void heard() {
    if (failures >= DEAF_AT) {
      log.info("can be reached over the bus again");
    }
    failures = 0;
  }

  private void deaf(Node other) {
    failures++;
    log.warn("not reached over the bus by={} times={}", other.node(), failures);
    if (failures == HOPELESS_AT) {
      hopeless.run();
    } else if (failures >= DEAF_AT) {
      membership.reassert();
    }
  }
}
