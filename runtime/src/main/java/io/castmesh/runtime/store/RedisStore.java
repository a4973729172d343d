package io.castmesh.runtime.store;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redis with a deadline on every command: a Redis that is away is answered as {@link
 * Failure#UNAVAILABLE} within three seconds. Connections are pooled and made again by themselves.
 */
public final class RedisStore {
  private static final Logger log = LoggerFactory.getLogger(RedisStore.class);
  private static final long DEADLINE_SECONDS = 3;

  private final Redis redis;

  RedisStore(Redis redis) {
    this.redis = redis;
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
    return redis.close();
  }

  private static Request request(Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      request.arg(String.valueOf(argument));
    }
    return request;
  }

  private static <T> Future<T> guarded(Future<T> future) {
    return future
        .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .recover(
            error -> {
              if (error instanceof FailureException) {
                return Future.failedFuture(error);
              }
              log.warn("redis failed error={}", error.toString());
              return Future.failedFuture(Failure.UNAVAILABLE.exception());
            });
  }
}
