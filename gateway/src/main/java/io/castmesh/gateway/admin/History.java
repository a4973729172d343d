package io.castmesh.gateway.admin;

import io.castmesh.contract.Nodes;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last hour of the mesh in figures: a list in Redis of at most 360 points, some 40 KiB. Of all
 * gateways one writes, as long as it renews its lease; what it writes are the sums of what the
 * nodes say of themselves each second. When Redis has lost everything it begins anew.
 *
 * <p>Belongs to the gateway's event loop.
 */
public final class History {
  private static final Logger log = LoggerFactory.getLogger(History.class);

  static final Duration EVERY = Duration.ofSeconds(10);
  static final int POINTS = 360;
  private static final String KEY = "admin:history";

  /** Two points may be missing when the writer dies. */
  private static final long LEASE_MILLIS = 25_000;

  /** Longer than the hour that it holds: a mesh that is gone leaves nothing for ever. */
  private static final long KEEP_SECONDS = 7_200;

  /** Node, lease ms, point, how many, seconds to keep; answers 1 when this node is the writer. */
  private static final String WRITE =
      """
      local writer = redis.call('GET', KEYS[2])
      if writer and writer ~= ARGV[1] then return 0 end
      redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
      redis.call('RPUSH', KEYS[1], ARGV[3])
      redis.call('LTRIM', KEYS[1], -ARGV[4], -1)
      redis.call('EXPIRE', KEYS[1], ARGV[5])
      return 1
      """;

  /**
   * @param cpu the mean of the nodes that know theirs, 0 to 1
   * @param heap bytes, of all nodes
   */
  public record Point(
      Instant time,
      int nodes,
      int sessions,
      int lives,
      int viewers,
      int calls,
      double requestsPerSecond,
      double cpu,
      long heap) {}

  public record Points(int everySeconds, List<Point> items) {}

  private final Mesh mesh;
  private final String writer;
  private long timer = -1;

  public History(Mesh mesh) {
    this(mesh, mesh.node());
  }

  History(Mesh mesh, String writer) {
    this.mesh = mesh;
    this.writer = writer;
  }

  /** The first point is there soon: a page that is opened early is not empty. */
  public void start() {
    write();
    timer = mesh.vertx().setPeriodic(EVERY.toMillis(), tick -> write());
  }

  public void stop() {
    mesh.vertx().cancelTimer(timer);
  }

  public Future<Points> read() {
    return mesh.redis()
        .run(Command.LRANGE, KEY, -POINTS, -1)
        .map(
            reply ->
                new Points(
                    (int) EVERY.toSeconds(),
                    RedisStore.texts(reply).stream()
                        .map(text -> Json.read(text, Point.class))
                        .toList()));
  }

  /** Writes a point, unless another gateway does. */
  Future<Boolean> write() {
    return mesh.redis()
        .eval(
            WRITE,
            List.of(KEY, KEY + ":writer"),
            writer,
            LEASE_MILLIS,
            Json.text(now(mesh.peers().nodes())),
            POINTS,
            KEEP_SECONDS)
        .onFailure(error -> log.debug("history not written error={}", error.getMessage()))
        .map(reply -> reply.toInteger() == 1)
        .otherwise(false);
  }

  static Point now(List<Nodes.Node> nodes) {
    List<Nodes.Load> loads =
        nodes.stream().map(Nodes.Node::load).filter(load -> load != null).toList();
    return new Point(
        Instant.now().truncatedTo(TimeUnit.SECONDS.toChronoUnit()),
        nodes.size(),
        loads.stream().mapToInt(Nodes.Load::sessions).sum(),
        loads.stream().mapToInt(Nodes.Load::lives).sum(),
        loads.stream().mapToInt(Nodes.Load::viewers).sum(),
        loads.stream().mapToInt(Nodes.Load::calls).sum(),
        Math.round(loads.stream().mapToDouble(Nodes.Load::requestsPerSecond).sum() * 10) / 10.0,
        loads.stream().mapToDouble(Nodes.Load::cpu).filter(cpu -> cpu >= 0).average().orElse(0),
        loads.stream().mapToLong(Nodes.Load::heapUsed).sum());
  }
}
