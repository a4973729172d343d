package io.castmesh.call.state;

import io.castmesh.contract.Failure;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The calls that go on, in Redis. A change reads the call, asks the caller's code what it becomes,
 * and writes that only if nobody was faster; else it looks again.
 *
 * <p>Belongs to the event loop of its verticle; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class CallStore {
  /** A call that nobody keeps alive is forgotten after that. */
  private static final Duration KEEP = Duration.ofHours(1);

  /** So long a call that has ended still answers that it has. */
  private static final Duration REMEMBER = Duration.ofMinutes(2);

  /** Ended calls that may wait for MySQL; the oldest make room. */
  private static final int LOG_BOUND = 100_000;

  private static final int ATTEMPTS = 10;
  private static final int OVERDUE_AT_ONCE = 100;

  /** What a change was: {@code before} and {@code after} are the same call. */
  public record Change(Call before, Call after) {}

  private record Stored(String json, Call call) {}

  private final RedisStore redis;
  private final CallCopies copies;

  public CallStore(RedisStore redis, Clock clock) {
    this.redis = redis;
    this.copies = new CallCopies(clock);
  }

  /**
   * Starts a call unless one of the two is in another; decided for both in one step.
   *
   * @return fails with {@link Failure#USER_BUSY}
   */
  public Future<Call> invite(Call call, Duration ring) {
    return redis
        .eval(
            CallScripts.INVITE,
            List.of(),
            call.id(),
            call.caller().id(),
            call.callee().id(),
            Json.text(call),
            KEEP.toMillis(),
            ring.toMillis(),
            Json.text(call.neverRang("busy")),
            LOG_BOUND)
        .compose(
            reply ->
                switch (reply.toString()) {
                  case "ringing" -> {
                    copies.put(call);
                    yield Future.succeededFuture(call);
                  }
                  case "caller" ->
                      Future.failedFuture(
                          Failure.USER_BUSY.exception("you are in a call yourself"));
                  default -> Future.failedFuture(Failure.USER_BUSY.exception());
                });
  }

  /**
   * @return fails with {@link Failure#CALL_NOT_FOUND}
   */
  public Future<Call> find(String callId) {
    return stored(callId).map(Stored::call);
  }

  /** The call that a user is in, or null. */
  public Future<String> of(String userId) {
    return redis.run(Command.GET, "call:user:" + userId).map(CallStore::text);
  }

  /**
   * @param change what the call becomes; may throw a failure, which is then the answer
   */
  public Future<Change> change(String callId, UnaryOperator<Call> change) {
    return change(callId, change, ATTEMPTS);
  }

  private Future<Change> change(String callId, UnaryOperator<Call> change, int attempts) {
    return stored(callId)
        .compose(
            stored -> {
              Call after = change.apply(stored.call());
              return write(stored, after)
                  .compose(
                      written -> {
                        if (written) {
                          copies.put(after);
                          return Future.succeededFuture(new Change(stored.call(), after));
                        }
                        return attempts > 1
                            ? change(callId, change, attempts - 1)
                            : Future.failedFuture(Failure.UNAVAILABLE.exception());
                      });
            });
  }

  private Future<Boolean> write(Stored before, Call after) {
    return redis
        .eval(
            CallScripts.CHANGE,
            List.of(),
            after.id(),
            after.caller().id(),
            after.callee().id(),
            before.json(),
            Json.text(after),
            after.phase().word(),
            (after.phase() == Phase.ENDED ? REMEMBER : KEEP).toMillis(),
            LOG_BOUND)
        .map(reply -> reply.toInteger() == 1);
  }

  /** Calls that have rung for too long, whoever started them. */
  public Future<List<String>> overdue() {
    return redis.eval(CallScripts.OVERDUE, List.of(), OVERDUE_AT_ONCE).map(RedisStore::texts);
  }

  /** Calls in which people talk. */
  public Future<List<String>> accepted() {
    return redis.run(Command.SMEMBERS, "call:accepted").map(RedisStore::texts);
  }

  /** Calls that ring. */
  public Future<List<String>> ringing() {
    return redis.run(Command.ZRANGE, "call:deadlines", 0, -1).map(RedisStore::texts);
  }

  /** Those of these calls that are known, in order. */
  public Future<List<Call>> find(List<String> callIds) {
    if (callIds.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    Object[] keys = callIds.stream().map(id -> "call:state:" + id).toArray();
    return redis
        .run(Command.MGET, keys)
        .map(
            reply ->
                RedisStore.texts(reply).stream()
                    .filter(Objects::nonNull)
                    .map(json -> Json.read(json, Call.class))
                    .toList());
  }

  /**
   * An accepted call goes on; puts it back if Redis has lost it.
   *
   * @return false when it has ended or changed meanwhile
   */
  public Future<Boolean> keep(Call call) {
    return redis
        .eval(
            CallScripts.KEEP,
            List.of(),
            call.id(),
            call.caller().id(),
            call.callee().id(),
            Json.text(call),
            KEEP.toMillis())
        .map(reply -> reply.toInteger() == 1)
        .onSuccess(
            kept -> {
              if (kept) {
                copies.put(call);
              } else {
                copies.forget(call.id());
              }
            });
  }

  /**
   * Redis has come back empty: every call that this instance knows is put back, unless another one
   * knows better.
   *
   * @param ring how long calls ring
   * @return those that go on
   */
  public Future<List<Call>> restore(Duration ring) {
    List<Call> put = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    for (Call call : copies.recent()) {
      all =
          all.compose(before -> restore(call, ring))
              .map(
                  restored -> {
                    if (restored && call.phase() != Phase.ENDED) {
                      put.add(call);
                    }
                    return null;
                  });
    }
    return all.map(done -> List.copyOf(put));
  }

  private Future<Boolean> restore(Call call, Duration ring) {
    return redis
        .eval(
            CallScripts.RESTORE,
            List.of(),
            call.id(),
            call.caller().id(),
            call.callee().id(),
            Json.text(call),
            call.version(),
            call.phase().word(),
            (call.phase() == Phase.ENDED ? REMEMBER : KEEP).toMillis(),
            call.startedAt().plus(ring).toEpochMilli(),
            LOG_BOUND)
        .map(reply -> reply.toInteger() == 1);
  }

  /** Forgets a call whose state is gone. */
  public Future<Void> forget(String callId) {
    return redis.run(Command.SREM, "call:accepted", callId).mapEmpty();
  }

  private Future<Stored> stored(String callId) {
    return redis
        .run(Command.GET, "call:state:" + callId)
        .compose(
            reply ->
                reply == null
                    ? Future.failedFuture(Failure.CALL_NOT_FOUND.exception())
                    : Future.succeededFuture(
                        new Stored(reply.toString(), Json.read(reply.toString(), Call.class))));
  }

  private static String text(Response response) {
    return response == null ? null : response.toString();
  }
}
