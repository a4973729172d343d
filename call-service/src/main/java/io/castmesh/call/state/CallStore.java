package io.castmesh.call.state;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The calls that go on, in Redis. A change reads the call, asks the caller's code what it becomes,
 * and writes that only if nobody was faster; else it looks again. What Redis may have carried out
 * without an answer is looked for when it is back: what has happened to a call is not kept from its
 * people.
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

  /** So long Redis may be away before nobody asks any more whether it has carried something out. */
  private static final Duration LOOK_FOR = Duration.ofSeconds(60);

  private static final long LOOK_EVERY_MILLIS = 500;

  private static final int ATTEMPTS = 10;
  private static final int OVERDUE_AT_ONCE = 100;

  /** What a change was: {@code before} and {@code after} are the same call. */
  public record Change(Call before, Call after) {}

  private record Stored(String json, Call call) {}

  private final Vertx vertx;
  private final RedisStore redis;
  private final Clock clock;
  private final CallCopies copies;

  public CallStore(Vertx vertx, RedisStore redis, Clock clock) {
    this.vertx = vertx;
    this.redis = redis;
    this.clock = clock;
    this.copies = new CallCopies(clock);
  }

  /**
   * Starts a call unless one of the two is in another; decided for both in one step.
   *
   * @return fails with {@link Failure#USER_BUSY}
   */
  public Future<Call> invite(Call call, Duration ring) {
    String json = Json.text(call);
    return redis
        .eval(
            CallScripts.INVITE,
            List.of(),
            call.id(),
            call.caller().id(),
            call.callee().id(),
            json,
            KEEP.toMillis(),
            ring.toMillis(),
            Json.text(call.neverRang("busy")),
            LOG_BOUND)
        .map(Response::toString)
        .recover(error -> unanswered(error, call.id(), json).map("ringing"))
        .compose(
            answer ->
                switch (answer) {
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
    String json = Json.text(after);
    return redis
        .eval(
            CallScripts.CHANGE,
            List.of(),
            after.id(),
            after.caller().id(),
            after.callee().id(),
            before.json(),
            json,
            after.phase().word(),
            (after.phase() == Phase.ENDED ? REMEMBER : KEEP).toMillis(),
            LOG_BOUND)
        .map(reply -> reply.toInteger() == 1)
        .recover(error -> unanswered(error, after.id(), json).map(true));
  }

  /**
   * Redis has not answered: it has carried out what it was told, will do so in a moment, or never
   * got it.
   *
   * @param written what the call's state is if it has
   * @return completes when it has; else fails with the error
   */
  private Future<Void> unanswered(Throwable error, String callId, String written) {
    boolean away =
        error instanceof FailureException known && known.failure() == Failure.UNAVAILABLE;
    return away
        ? lookFor(callId, written, clock.instant().plus(LOOK_FOR), false)
            .compose(found -> found ? Future.succeededFuture() : Future.failedFuture(error))
        : Future.failedFuture(error);
  }

  /**
   * @param missed it was not there a moment ago, when Redis was back already
   */
  private Future<Boolean> lookFor(String callId, String written, Instant until, boolean missed) {
    return vertx
        .timer(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)
        .compose(waited -> redis.run(Command.GET, "call:state:" + callId))
        .transform(
            state -> {
              if (state.succeeded() && written.equals(text(state.result()))) {
                return Future.succeededFuture(true);
              }
              boolean hopeless = clock.instant().isAfter(until) || state.succeeded() && missed;
              return hopeless
                  ? Future.succeededFuture(false)
                  : lookFor(callId, written, until, state.succeeded());
            });
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
