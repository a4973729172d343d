package io.castmesh.room.rooms;

import io.castmesh.contract.Failure;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/**
 * Room numbers: six digits, which people can say on the phone, and more of them when those are
 * taken. A person gets so many in a minute. Thread-safe.
 */
final class RoomNumbers {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int FEWEST_DIGITS = 6;
  private static final int MOST_DIGITS = 9;
  private static final int TRIES_EACH = 3;

  private static final int OF_A_USER = 20;
  private static final Duration COUNTED = Duration.ofMinutes(1);

  /** So long the attempts of one request get the same number. */
  private static final Duration SAME_REQUEST = Duration.ofMinutes(1);

  private static final String COUNT =
      """
      local count = redis.call('INCR', KEYS[1])
      if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
      return count
      """;

  private static final String UNCOUNT =
      """
      if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
      return redis.call('DECR', KEYS[1])
      """;

  private final RedisStore redis;

  RoomNumbers(RedisStore redis) {
    this.redis = redis;
  }

  /**
   * A number that no room has.
   *
   * @param requestId null when there is only one attempt
   * @return fails with {@link Failure#TOO_MANY_REQUESTS}
   */
  Future<String> take(String userId, String requestId) {
    if (requestId == null) {
      return counted("room:made:" + userId, OF_A_USER).compose(ok -> free(0));
    }
    String key = "room:request:" + userId + ":" + requestId;
    return redis
        .run(Command.GET, key)
        .compose(
            known ->
                known != null
                    ? Future.succeededFuture(known.toString())
                    : take(userId, null)
                        .compose(
                            number ->
                                redis
                                    .run(
                                        Command.SET,
                                        key,
                                        number,
                                        "NX",
                                        "PX",
                                        SAME_REQUEST.toMillis())
                                    .compose(
                                        set ->
                                            set != null
                                                ? Future.succeededFuture(number)
                                                : take(userId, requestId))));
  }

  private Future<String> free(int tries) {
    int digits = Math.min(FEWEST_DIGITS + tries / TRIES_EACH, MOST_DIGITS);
    int from = (int) Math.pow(10, digits - 1);
    String number = Integer.toString(from + RANDOM.nextInt(from * 9));
    if (tries > TRIES_EACH * (MOST_DIGITS - FEWEST_DIGITS + 2)) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    return redis
        .run(Command.EXISTS, "room:" + number)
        .compose(
            taken -> taken.toInteger() == 0 ? Future.succeededFuture(number) : free(tries + 1));
  }

  /** Counts one more of something that is allowed so often in a minute. */
  Future<Void> counted(String key, int most) {
    return redis
        .eval(COUNT, List.of(key), COUNTED.toMillis())
        .compose(
            count ->
                count.toInteger() <= most
                    ? Future.succeededFuture()
                    : Future.failedFuture(Failure.TOO_MANY_REQUESTS.exception()));
  }

  /** Takes back one that was {@link #counted}; at worst it stays counted until its minute ends. */
  Future<Void> uncount(String key) {
    return redis.eval(UNCOUNT, List.of(key)).<Void>mapEmpty().otherwiseEmpty();
  }
}
