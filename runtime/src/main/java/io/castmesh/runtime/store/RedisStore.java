package io.castmesh.runtime.store;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redis with a deadline on every command: a Redis that is away is answered as {@link
 * Failure#UNAVAILABLE} within three seconds. Connections are pooled and made again by themselves.
 */
public final class RedisStore {
  private static final Logger log = LoggerFactory.getLogger(RedisStore.class);
  private static final long DEADLINE_SECONDS = 3;

  /** Its absence says that Redis has lost everything. */
  private static final String EPOCH = "mesh:epoch";

  private static final String RUN = "run_id:";
  private static final String HISTORY = "master_replid:";

  private static final long EPOCH_MILLIS = 1_000;

  private static final long COMPLAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Leases may have run out in a Redis that nobody has reached for so long. */
  private static final long LAPSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Of a Redis that changes hands every minute or so. */
  private static final int LIVES = 64;

  /**
   * A Redis in which nothing was lost.
   *
   * @param epoch changes when everything is lost
   * @param life changes when it is started again, and when a replica takes its place; empty: it
   *     does not say
   */
  private record State(String epoch, String life) {}

  private record Listener(Context context, Runnable emptied) {}

  private final Vertx vertx;
  private final Redis redis;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final AtomicLong complainedAt = new AtomicLong(System.nanoTime() - COMPLAIN_NANOS);
  private final AtomicInteger silent = new AtomicInteger();
  private final Counter answered;
  private final Counter failed;
  private final Timer duration;
  private volatile String epoch;

  /** Seen so far: behind one address there may be several that answer in turns. */
  private final Set<String> lives = ConcurrentHashMap.newKeySet();

  private volatile boolean isAway;
  private volatile long awaySince;
  private volatile long timer = -1;

  RedisStore(Vertx vertx, Redis redis, MeterRegistry metrics) {
    this.vertx = vertx;
    this.redis = redis;
    Counters outcomes = Metric.REDIS_COMMANDS.counters(metrics);
    this.answered = outcomes.of("ok");
    this.failed = outcomes.of("failed");
    this.duration = Metric.REDIS_COMMAND.timer(metrics);
  }

  /** Begins to notice when Redis comes back empty; fails when it cannot be reached. */
  public Future<Void> start() {
    return state()
        .map(
            first -> {
              epoch = first.epoch();
              isAnother(first.life());
              timer = vertx.setPeriodic(EPOCH_MILLIS, tick -> look());
              return null;
            });
  }

  /**
   * Redis has come back and has lost everything, or may have lost what was written last, as one
   * that was started again or another one that took its place, or was away for so long that leases
   * have run out: what this process owns is to be said again. Called on the context that registers,
   * at most a second or so after Redis answers.
   */
  public void onEmptied(Runnable listener) {
    listeners.add(new Listener(vertx.getOrCreateContext(), listener));
  }

  private Future<String> epoch() {
    return run(Command.SET, EPOCH, UUID.randomUUID(), "NX")
        .compose(set -> run(Command.GET, EPOCH))
        .map(Response::toString);
  }

  private Future<State> state() {
    return epoch()
        .compose(
            now ->
                Future.all(info("server", RUN), info("replication", HISTORY))
                    .map(both -> new State(now, both.<String>resultAt(0) + both.resultAt(1)))
                    .otherwise(new State(now, "")));
  }

  /** A value of what Redis says of itself; fails where it may not be asked. */
  private Future<String> info(String section, String name) {
    return redis
        .send(request(Command.INFO, section))
        .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .map(
            info ->
                info.toString()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).strip())
                    .findFirst()
                    .orElse(""));
  }

  /** Whether it is none of those that have answered before. */
  private boolean isAnother(String life) {
    if (life.isEmpty()) {
      return false;
    }
    boolean first = lives.isEmpty();
    if (lives.size() >= LIVES) {
      lives.clear();
    }
    return lives.add(life) && !first;
  }

  private void look() {
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    state()
        .onComplete(
            now -> {
              looking.set(false);
              String lost = whatIsLost(now);
              epoch = now.epoch();
              isAway = false;
              if (lost != null) {
                log.warn("redis {}", lost);
                listeners.forEach(
                    one -> one.context().runOnContext(ignored -> one.emptied().run()));
              }
            },
            error -> {
              looking.set(false);
              if (!isAway) {
                awaySince = System.nanoTime();
                isAway = true;
              }
            });
  }

  /** In words; null: nothing. */
  private String whatIsLost(State now) {
    boolean another = isAnother(now.life());
    if (!now.epoch().equals(epoch)) {
      return "has come back empty";
    }
    if (another) {
      return "has been started again and may have lost what was written last";
    }
    // A process that stood still asked nobody meanwhile: what it has is no newer than what is
    // there.
    return isAway && System.nanoTime() - awaySince > LAPSE_NANOS
        ? "was away for so long that leases have run out"
        : null;
  }

  /** One command; arguments are sent as they are. */
  public Future<Response> run(Command command, Object... arguments) {
    return guarded(redis.send(request(command, arguments)));
  }

  /** A Lua script, so that reading and writing are one step. */
  public Future<Response> eval(String script, List<String> keys, Object... arguments) {
    List<Object> all = new ArrayList<>();
    all.add(script);
    all.add(keys.size());
    all.addAll(keys);
    all.addAll(List.of(arguments));
    return run(Command.EVAL, all.toArray());
  }

  /** All members of a hash, in Redis's order; empty when there is none. */
  public Future<Map<String, String>> hash(String key) {
    return run(Command.HGETALL, key)
        .map(
            response -> {
              Map<String, String> map = new LinkedHashMap<>();
              if (response != null) {
                for (String field : response.getKeys()) {
                  map.put(field, response.get(field).toString());
                }
              }
              return map;
            });
  }

  /** The members of a set or list reply as text. */
  public static List<String> texts(Response response) {
    List<String> texts = new ArrayList<>();
    if (response != null) {
      response.forEach(item -> texts.add(item == null ? null : item.toString()));
    }
    return texts;
  }

  public Future<Void> ping() {
    return run(Command.PING).mapEmpty();
  }

  public Future<Void> close() {
    vertx.cancelTimer(timer);
    return redis.close();
  }

  private static Request request(Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      request.arg(String.valueOf(argument));
    }
    return request;
  }

  private <T> Future<T> guarded(Future<T> future) {
    long begin = System.nanoTime();
    return future
        .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .onComplete(
            done -> {
              duration.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
              (done.succeeded() ? answered : failed).increment();
            })
        .recover(
            error -> {
              if (error instanceof FailureException) {
                return Future.failedFuture(error);
              }
              complain(error);
              return Future.failedFuture(Failure.UNAVAILABLE.exception());
            });
  }

  /** Once in a while: a Redis that is away fails every command. */
  private void complain(Throwable error) {
    long now = System.nanoTime();
    long last = complainedAt.get();
    if (now - last < COMPLAIN_NANOS || !complainedAt.compareAndSet(last, now)) {
      silent.incrementAndGet();
      return;
    }
    log.warn("redis failed error={} moreSinceLast={}", error.toString(), silent.getAndSet(0));
  }
}
