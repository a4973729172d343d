package io.castmesh.runtime.cluster;

import io.castmesh.contract.Nodes;
import io.castmesh.contract.Nodes.Beat;
import io.castmesh.contract.Nodes.Node;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.life.Freeze;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Label;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the mesh: each node says every second that it is there. One that is silent, or that the
 * cluster has lost, is not alive until it is heard of again. A process on its own knows itself.
 *
 * <p>Thread-safe.
 */
public final class Peers {
  private static final Logger log = LoggerFactory.getLogger(Peers.class);

  /** Several beats and a long garbage collection. */
  private static final Duration SILENT = Duration.ofSeconds(6);

  /** Of several beats none has been missed but the last. */
  private static final Duration LATELY = Duration.ofSeconds(3);

  /** What a process learns of the others after it stood still is not what happened to them. */
  private static final Duration CONFUSED = Duration.ofSeconds(15);

  /** After that nothing is kept for a node any more; splits heal before. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);

  /** What a node serves rarely changes; who comes is told at once. */
  private static final int SAY_SERVED_EVERY = 10;

  private static final class Known {
    private volatile Node node;
    private volatile long heardAt;
    private volatile boolean alive;
    private volatile boolean dead;
    private volatile boolean removed;
    private volatile long removedAt;

    /** Whether a beat that comes now was on its way when the cluster lost the node. */
    boolean overtaken() {
      return removed && System.nanoTime() - removedAt < Nodes.BEAT_EVERY.toNanos();
    }
  }

  private final Vertx vertx;
  private final Bus bus;
  private final String id;
  private final LoadBoard load;
  private final Supplier<Node> self;
  private final Freeze freeze;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final List<Consumer<Node>> leaving = new CopyOnWriteArrayList<>();
  private final List<Consumer<Node>> dying = new CopyOnWriteArrayList<>();
  private final Counters lost;
  private List<String> said = List.of();
  private int beats;
  private long timer = -1;

  private Peers(
      Vertx vertx,
      Bus bus,
      String id,
      LoadBoard load,
      Supplier<Node> self,
      Freeze freeze,
      MeterRegistry metrics) {
    this.freeze = freeze;
    this.vertx = vertx;
    this.bus = bus;
    this.id = id;
    this.load = load;
    this.self = self;
    this.lost = Metric.NODES_LOST.counters(metrics);
    for (String service : Label.SERVICE.allowed()) {
      Metric.NODES.gauge(metrics, this, peers -> peers.count(service), service);
    }
  }

  /**
   * @param service of this process
   * @param state running or draining
   * @param freeze after it stood still this process takes nobody for dead
   */
  public static Peers of(
      Vertx vertx,
      Bus bus,
      String node,
      String service,
      String member,
      Supplier<String> state,
      Freeze freeze,
      MeterRegistry metrics) {
    String implementation = Peers.class.getPackage().getImplementationVersion();
    String version = implementation == null ? "development" : implementation;
    Instant startedAt = Instant.now();
    LoadBoard load = new LoadBoard();
    return new Peers(
        vertx,
        bus,
        node,
        load,
        () -> new Node(node, service, version, startedAt, member, state.get(), load.load()),
        freeze,
        metrics);
  }

  private long count(String service) {
    return nodes().stream().filter(node -> node.service().equals(service)).count();
  }

  /** Begins to say that this node is there, and to hear of the others. */
  public Future<Void> start(Membership membership) {
    membership.onLeft(gone -> vertx.runOnContext(ignored -> memberLeft(gone)));
    timer = vertx.setPeriodic(Nodes.BEAT_EVERY.toMillis(), ignored -> beat());
    return bus.hearOnce(Nodes.BEAT, this::heard).onSuccess(heard -> beat()).mapEmpty();
  }

  public Node self() {
    return self.get();
  }

  /** Where services say how much they have to do. */
  public LoadBoard load() {
    return load;
  }

  /** This node and all others that are there, by their ids. */
  public List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    nodes.add(self());
    known.values().stream().filter(one -> one.alive).map(one -> one.node).forEach(nodes::add);
    nodes.sort(Comparator.comparing(Node::node));
    return nodes;
  }

  /** The others of a service that are there and not about to go. */
  public List<Node> others(String service) {
    return known.values().stream()
        .filter(one -> one.alive)
        .map(one -> one.node)
        .filter(node -> node.service().equals(service) && node.state().equals("running"))
        .toList();
  }

  public boolean isAlive(String node) {
    Known one = known.get(node);
    return one == null ? node.equals(id) : one.alive;
  }

  /** Whether a node has died; one that was cut off may return, and has not. */
  public boolean hasDied(String node) {
    Known one = known.get(node);
    return one != null && one.dead;
  }

  /** Hears of every node that dies, leaves or falls silent. */
  public void onLeft(Consumer<Node> listener) {
    leaving.add(listener);
  }

  /**
   * Hears of nodes that were there a moment ago and whose connections were closed, as only the end
   * of a process does; a node that is cut off falls silent first.
   */
  public void onDied(Consumer<Node> listener) {
    dying.add(listener);
  }

  /** Says at once what has changed about this node. */
  public synchronized void beat() {
    List<String> serves = bus.serves();
    boolean told = beats++ % SAY_SERVED_EVERY != 0 && serves.equals(said);
    said = serves;
    bus.tell(Nodes.BEAT, new Beat(self(), told ? null : serves, bus.heads()));
    long now = System.nanoTime();
    for (Known one : List.copyOf(known.values())) {
      if (one.alive && now - one.heardAt > SILENT.toNanos()) {
        left(one, "silent");
      }
      if (!one.alive && now - one.heardAt > FORGOTTEN.toNanos()) {
        known.remove(one.node.node());
        bus.forget(one.node.node());
      }
    }
  }

  /** Leaves in order: the others expect nothing any more, and nothing that they expect is lost. */
  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    List<String> others =
        known.values().stream().filter(one -> one.alive).map(one -> one.node.node()).toList();
    return bus.leave(others);
  }

  /** A node has left in order. */
  public void parted(String node) {
    Known one = known.get(node);
    if (one != null && one.alive) {
      left(one, "farewell");
    }
  }

  private void heard(Beat beat) {
    Node node = beat.node();
    Known before = known.get(node.node());
    boolean gone = bus.hasLeft(node.node()) || before != null && before.overtaken();
    // Who is gone serves nothing any more, whatever it said last.
    bus.heard(node.node(), gone ? null : beat.serves(), beat.heads());
    if (node.node().equals(id) || gone) {
      return;
    }
    Known one = known.computeIfAbsent(node.node(), fresh -> new Known());
    boolean joined = !one.alive;
    one.node = node;
    one.heardAt = System.nanoTime();
    one.alive = true;
    one.dead = false;
    if (joined) {
      log.info("peer is there node={}", node.node());
      synchronized (this) {
        said = List.of();
      }
      beat();
    }
  }

  private void memberLeft(String gone) {
    known.values().stream()
        .filter(one -> one.alive && gone.equals(one.node.member()))
        .forEach(
            one -> {
              boolean lately = System.nanoTime() - one.heardAt < LATELY.toNanos();
              one.dead = lately && !freeze.within(CONFUSED);
              one.removedAt = System.nanoTime();
              one.removed = true;
              left(one, "died");
              if (one.dead) {
                dying.forEach(listener -> listener.accept(one.node));
              }
            });
  }

  private void left(Known one, String how) {
    one.alive = false;
    bus.left(one.node.node());
    log.info("peer is gone node={} how={}", one.node.node(), how);
    lost.of(one.node.state().equals("draining") ? "drained" : how).increment();
    leaving.forEach(listener -> listener.accept(one.node));
  }
}
