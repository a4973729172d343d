package io.castmesh.call.history;

import io.castmesh.call.state.Call;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.store.RedisStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.mysqlclient.MySQLException;
import io.vertx.redis.client.Command;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries ended calls from their queue in Redis to MySQL. A call leaves the queue only when it is
 * stored, and storing it twice changes nothing: so several instances may carry at once, and MySQL
 * may be away for as long as it likes.
 */
public final class CallLog {
  private static final Logger log = LoggerFactory.getLogger(CallLog.class);

  private static final String QUEUE = "call:log";
  private static final int AT_ONCE = 50;

  /** A statement that takes longer will not be answered: the call waits for the next round. */
  private static final long DEADLINE_SECONDS = 5;

  private static final String INSERT =
      """
      INSERT IGNORE INTO calls (id, caller_id, caller_nickname, callee_id, callee_nickname, video,
        started_at, answered_at, ended_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private final RedisStore redis;
  private final Pool mysql;
  private final AtomicLong waiting = new AtomicLong();
  private boolean busy;

  public CallLog(RedisStore redis, Pool mysql, MeterRegistry metrics) {
    this.redis = redis;
    this.mysql = mysql;
    Metric.CALL_LOG_WAITING.gauge(metrics, waiting, AtomicLong::get);
  }

  /**
   * Stores what waits; belongs to one event loop, and does nothing while it is at it already.
   *
   * @return how many calls were stored; fails while MySQL or Redis is away, and nothing is lost
   */
  public Future<Integer> carry() {
    if (busy) {
      return Future.succeededFuture(0);
    }
    busy = true;
    // Counted before it is tried: it is of interest above all when that fails.
    return count().compose(counted -> carryAll()).onComplete(done -> busy = false);
  }

  private Future<Integer> carryAll() {
    return redis
        .run(Command.LRANGE, QUEUE, 0, AT_ONCE - 1)
        .map(RedisStore::texts)
        .compose(
            some ->
                store(some)
                    .compose(
                        done ->
                            some.size() < AT_ONCE
                                ? count().map(some.size())
                                : carryAll().map(more -> some.size() + more)));
  }

  private Future<Void> count() {
    return redis
        .run(Command.LLEN, QUEUE)
        .map(
            length -> {
              waiting.set(length.toLong());
              return null;
            });
  }

  private Future<Void> store(List<String> waiting) {
    Future<Void> all = Future.succeededFuture();
    for (String json : waiting) {
      all = all.compose(before -> insert(json)).compose(stored -> remove(json));
    }
    return all;
  }

  /** What MySQL refuses for good must not hold up the calls behind it. */
  private Future<Void> insert(String json) {
    Call call;
    try {
      call = Json.read(json, Call.class);
    } catch (IllegalArgumentException e) {
      log.error("call log entry dropped: not readable entry={}", json);
      return Future.succeededFuture();
    }
    return mysql
        .preparedQuery(INSERT)
        .execute(row(call))
        .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .<Void>mapEmpty()
        .recover(
            error -> {
              if (error instanceof MySQLException refused && isAboutData(refused)) {
                log.error("call log entry dropped call={} error={}", call.id(), error.getMessage());
                return Future.succeededFuture();
              }
              return Future.failedFuture(error);
            });
  }

  /** SQLSTATE classes 22 (data) and 23 (constraints). */
  private static boolean isAboutData(MySQLException error) {
    String state = error.getSqlState();
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  private Future<Void> remove(String json) {
    return redis.run(Command.LREM, QUEUE, 1, json).mapEmpty();
  }

  private static Tuple row(Call call) {
    return Tuple.of(
        call.id(),
        call.caller().id(),
        call.caller().nickname(),
        call.callee().id(),
        call.callee().nickname(),
        call.video(),
        utc(call.startedAt()),
        utc(call.answeredAt()),
        utc(call.endedAt()),
        call.reason());
  }

  private static LocalDateTime utc(Instant time) {
    return time == null ? null : LocalDateTime.ofInstant(time, ZoneOffset.UTC);
  }
}
