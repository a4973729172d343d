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
 * and writes that only if nobody was faster; else it looks again. With it is written what is to be
 * told of it, until somebody has: what has happened to a call is not kept from its people when
 * Redis does not answer, or whoever asked it dies.
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

  /** Who has no answer by then leaves it to others to tell. */
  private static final Duration PROMPT = Duration.ofSeconds(1);

  /** What was to be told for so long was not. */
  private static final Duration LATE = Duration.ofMillis(1_500);

  /** Whoever ends a call asks so long for the end of its media by itself. */
  private static final Duration RELEASED = Duration.ofSeconds(5);

  private static final int AT_ONCE = 100;
  private static final int ATTEMPTS = 10;

  /**
   * What there is to tell.
   *
   * @param before null: it was made
   * @param words of who rejected it; may be null
   */
  public record News(Call before, Call after, String words) {}

  /**
   * A change that is written.
   *
   * @param noted what is kept of the news until they are {@link #told}
   * @param prompt false: others tell it
   */
  public record Change(News news, String noted, boolean prompt) {
    public Call after() {
      return news.after();
    }
  }

  /** News that nobody has told. */
  public record Untold(News news, String noted) {}

  private record Stored(String json, Call call) {}

  private final RedisStore redis;
  private final Clock clock;
  private final CallCopies copies;

  public CallStore(RedisStore redis, Clock clock) {
    this.redis = redis;
    this.clock = clock;
    this.copies = new CallCopies(clock);
  }

  /**
   * Starts a call unless one of the two is in another; decided for both in one step.
   *
   * @return fails with {@link Failure#USER_BUSY}
   */
  public Future<Change> invite(Call call, Duration ring) {
    News news = new News(null, call, null);
    String noted = Json.text(news);
    long asked = System.nanoTime();
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
            LOG_BOUND,
            noted)
        .map(Response::toString)
        .compose(
            answer ->
                switch (answer) {
                  case "ringing" -> {
                    copies.put(call);
                    yield Future.succeededFuture(new Change(news, noted, isPrompt(asked)));
                  }
                  case "caller" ->
                      Future.failedFuture(
                          Failure.USER_BUSY.exception("you are in a call yourself"));
                  default -> Future.failedFuture(Failure.USER_BUSY.exception());
                });
  }

  /** Who stood still meanwhile knows nothing of what others have told. */
  private static boolean isPrompt(long asked) {
    return System.nanoTime() - asked < PROMPT.toNanos();
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
    return change(callId, null, change);
  }

  /**
   * @param words see {@link News}
   */
  public Future<Change> change(String callId, String words, UnaryOperator<Call> change) {
    return change(callId, words, change, ATTEMPTS);
  }

  private Future<Change> change(
      String callId, String words, UnaryOperator<Call> change, int attempts) {
    return stored(callId)
        .compose(
            stored -> {
              News news = new News(stored.call(), change.apply(stored.call()), words);
              return write(stored, news)
                  .compose(
                      written -> {
                        if (written != null) {
                          copies.put(news.after());
                          return Future.succeededFuture(written);
                        }
                        return attempts > 1
                            ? change(callId, words, change, attempts - 1)
                            : Future.failedFuture(Failure.UNAVAILABLE.exception());
                      });
            });
  }

  /** Null when somebody else has changed it meanwhile. */
  private Future<Change> write(Stored before, News news) {
    Call after = news.after();
    String noted = after.phase() == before.call().phase() ? "" : Json.text(news);
    long asked = System.nanoTime();
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
            LOG_BOUND,
            noted)
        .map(reply -> reply.toInteger() == 1 ? new Change(news, noted, isPrompt(asked)) : null);
  }

  /** Changes of which nobody has told, the oldest first; some of them. */
  public Future<List<Untold>> untold() {
    return late("call:untold", LATE)
        .map(
            all ->
                all.stream()
                    .map(noted -> new Untold(Json.read(noted, News.class), noted))
                    .toList());
  }

  /** Everybody has been told. */
  public Future<Void> told(String noted) {
    return redis.run(Command.ZREM, "call:untold", noted).mapEmpty();
  }

  /** Calls whose media nobody has ended for a while; some of them. */
  public Future<List<String>> releasing() {
    return late("call:releasing", RELEASED);
  }

  /** Their media are gone. */
  public Future<Void> released(String callId) {
    return redis.run(Command.ZREM, "call:releasing", callId).mapEmpty();
  }

  private Future<List<String>> late(String list, Duration age) {
    return redis
        .eval(CallScripts.LATE, List.of(), list, age.toMillis(), AT_ONCE)
        .map(RedisStore::texts);
  }

  /** Calls that have rung for too long, whoever started them. */
  public Future<List<String>> overdue() {
    return redis.eval(CallScripts.OVERDUE, List.of(), AT_ONCE).map(RedisStore::texts);
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
