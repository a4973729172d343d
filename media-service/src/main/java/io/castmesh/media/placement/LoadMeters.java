package io.castmesh.media.placement;

import io.castmesh.contract.Media.Server;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How media servers are and what is on them, as this instance sees it. Told on the event loop of
 * media-service, read by whoever scrapes.
 */
public final class LoadMeters {
  private final AtomicLong up = new AtomicLong();
  private final AtomicLong draining = new AtomicLong();
  private final AtomicLong down = new AtomicLong();
  private final AtomicLong sessions = new AtomicLong();
  private final AtomicLong capacity = new AtomicLong();
  private final Placement placement;
  private final int sessionsPerServer;

  public LoadMeters(Placement placement, int sessionsPerServer, MeterRegistry metrics) {
    this.placement = placement;
    this.sessionsPerServer = sessionsPerServer;
    Metric.SERVERS.gauge(metrics, up, AtomicLong::get, "up");
    Metric.SERVERS.gauge(metrics, draining, AtomicLong::get, "draining");
    Metric.SERVERS.gauge(metrics, down, AtomicLong::get, "down");
    Metric.SERVER_SESSIONS.gauge(metrics, sessions, AtomicLong::get);
    Metric.SERVER_CAPACITY.gauge(metrics, capacity, AtomicLong::get);
  }

  /** To be called now and then. */
  public void look() {
    List<Server> all = placement.load();
    List<Server> taking = all.stream().filter(one -> one.up() && !one.draining()).toList();
    long gone = all.stream().filter(one -> !one.up()).count();
    up.set(taking.size());
    down.set(gone);
    draining.set(all.size() - taking.size() - gone);
    sessions.set(taking.stream().mapToLong(Server::sessions).sum());
    capacity.set((long) taking.size() * sessionsPerServer);
  }
}
