package io.castmesh.media.registry;

import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The instances of media-service that are alive, and what each has on which media server.
 *
 * <pre>
 * media:instance:INSTANCE   lease of an instance
 * media:instances           hash: instance to what it has to say
 * media:draining            set: media servers that take nothing new
 * media:mesh                names this mesh on media servers that others use too
 * </pre>
 *
 * <p>Confined to the event loop of media-service; fails with {@code UNAVAILABLE} while Redis is
 * away.
 */
public final class Instances {
  private static final String DRAINING = "media:draining";

  /**
   * What an instance says of itself.
   *
   * @param sessions media sessions by media server
   * @param up the media servers that it is connected to
   * @param node of the mesh that it runs on
   * @param leaving it stops, and takes nothing over
   */
  public record State(
      Map<String, Integer> sessions, Set<String> up, String node, boolean leaving) {}

  /**
   * Instance, ms of its lease, its state, a name for the mesh, servers that drain; answers 1 when
   * Redis knew it, the mesh's name, then instance and state of each other that is alive. A Redis
   * that has no name for the mesh, or a new one, has lost which servers drain.
   */
  private static final String RENEW =
      """
      local own = ARGV[1]
      redis.call('SET', 'media:instance:' .. own, '1', 'PX', ARGV[2])
      local known = redis.call('HEXISTS', 'media:instances', own)
      redis.call('HSET', 'media:instances', own, ARGV[3])
      if redis.call('GET', 'media:mesh') ~= ARGV[4] and #ARGV > 4 then
        redis.call('SADD', 'media:draining', unpack(ARGV, 5))
      end
      redis.call('SET', 'media:mesh', ARGV[4], 'NX')
      local list = { known, redis.call('GET', 'media:mesh') }
      local all = redis.call('HGETALL', 'media:instances')
      for i = 1, #all, 2 do
        if redis.call('EXISTS', 'media:instance:' .. all[i]) == 0 then
          redis.call('HDEL', 'media:instances', all[i])
        elseif all[i] ~= own then
          list[#list + 1] = all[i]
          list[#list + 1] = all[i + 1]
        end
      end
      return list
      """;

  private final RedisStore redis;
  private final String own;
  private final String node;
  private final Duration lease;
  private String mesh;
  private Future<?> renewal = Future.succeededFuture();
  private boolean leaving;
  private boolean left;
  private Map<String, State> others = Map.of();
  private Set<String> draining = Set.of();

  /**
   * @param node of the mesh on which this instance runs
   */
  public Instances(RedisStore redis, String own, String node, Duration lease) {
    this.redis = redis;
    this.own = own;
    this.node = node;
    this.lease = lease;
  }

  /**
   * Says that this instance lives, and learns of the others.
   *
   * @return whether Redis knew this instance; when it did not, it has lost everything
   */
  public Future<Boolean> renew(State state) {
    if (left) {
      return Future.succeededFuture(true);
    }
    Future<Boolean> renewed = register(state);
    renewal = renewed;
    return renewed;
  }

  private Future<Boolean> register(State state) {
    String proposed = mesh == null ? UUID.randomUUID().toString() : mesh;
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(own, lease.toMillis(), Json.text(state), proposed));
    arguments.addAll(draining);
    return redis
        .eval(RENEW, List.of(), arguments.toArray())
        .compose(
            reply ->
                redis
                    .run(Command.SMEMBERS, DRAINING)
                    .map(
                        servers -> {
                          draining = Set.copyOf(RedisStore.texts(servers));
                          return learn(reply);
                        }));
  }

  private boolean learn(Response reply) {
    mesh = reply.get(1).toString();
    Map<String, State> found = new HashMap<>();
    for (int i = 2; i < reply.size(); i += 2) {
      found.put(reply.get(i).toString(), Json.read(reply.get(i + 1).toString(), State.class));
    }
    others = found;
    return reply.get(0).toInteger() == 1;
  }

  /** This instance stops: others learn of it with the next {@link #renew}. */
  public void depart() {
    leaving = true;
  }

  public boolean leaving() {
    return leaving;
  }

  /**
   * This instance is gone on purpose: nobody has to wait for its lease to run out. It does not come
   * back by a renewal that is on its way.
   */
  public Future<Void> leave() {
    left = true;
    return renewal
        .otherwiseEmpty()
        .compose(renewed -> redis.run(Command.DEL, "media:instance:" + own))
        .compose(gone -> redis.run(Command.HDEL, "media:instances", own))
        .mapEmpty();
  }

  /**
   * A node of the mesh has died: nobody has to wait for the leases of its instances to run out. One
   * that lives all the same says so again soon, and is asked before anything is taken from it.
   *
   * @return whether another instance ran there
   */
  public Future<Boolean> died(String dead) {
    Future<Boolean> ended = Future.succeededFuture(false);
    for (Map.Entry<String, State> other : others.entrySet()) {
      if (dead.equals(other.getValue().node())) {
        ended =
            ended
                .compose(before -> redis.run(Command.DEL, "media:instance:" + other.getKey()))
                .map(true);
      }
    }
    return ended;
  }

  /** Those of some instances whose leases stand. */
  public Future<Set<String>> alive(Set<String> instances) {
    Future<Set<String>> alive = Future.succeededFuture(new HashSet<>());
    for (String one : instances) {
      alive =
          alive.compose(
              found ->
                  redis
                      .run(Command.EXISTS, "media:instance:" + one)
                      .map(
                          exists -> {
                            if (exists.toInteger() == 1) {
                              found.add(one);
                            }
                            return found;
                          }));
    }
    return alive;
  }

  public Future<Void> drain(String server, boolean on) {
    return redis.run(on ? Command.SADD : Command.SREM, DRAINING, server).mapEmpty();
  }

  public Duration lease() {
    return lease;
  }

  public String own() {
    return own;
  }

  public String node() {
    return node;
  }

  /** Known after the first {@link #renew}, as is all that follows. */
  public String mesh() {
    return mesh;
  }

  /** The others that do not stop, too. */
  public Set<String> staying() {
    return others.entrySet().stream()
        .filter(other -> !other.getValue().leaving())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Media sessions that the others have on a media server. */
  public int sessionsOfOthers(String server) {
    return others.values().stream()
        .mapToInt(state -> state.sessions().getOrDefault(server, 0))
        .sum();
  }

  /** Whether another instance is connected to a media server. */
  public boolean upForOthers(String server) {
    return upForOthers(server, null);
  }

  /**
   * @param except an instance that does not count; may be null
   */
  public boolean upForOthers(String server, String except) {
    return others.entrySet().stream()
        .anyMatch(
            other -> !other.getKey().equals(except) && other.getValue().up().contains(server));
  }

  public boolean draining(String server) {
    return draining.contains(server);
  }
}
