package io.castmesh.media.registry;

import io.castmesh.contract.Media.Candidate;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Candidates that overtake the offer that they belong to, or come to another instance than it.
 *
 * <pre>
 * media:offer:SESSION       the instance that answers the session's latest offer
 * media:early:SESSION       candidates that came before any offer
 * </pre>
 *
 * <p>Any thread; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class EarlyCandidates {
  private static final long EARLY_MILLIS = 30_000;
  private static final long OFFER_MILLIS = 30_000;
  private static final int EARLY_AT_MOST = 64;

  /**
   * Takes what came before the offer, and says who answers it: one step, so that nothing is lost.
   */
  private static final String OFFER =
      """
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      local early = redis.call('LRANGE', KEYS[2], 0, -1)
      redis.call('DEL', KEYS[2])
      return early
      """;

  /** Tells which other instance answers the session's offer, or keeps the candidate for one. */
  private static final String EARLY =
      """
      local instance = redis.call('GET', KEYS[1])
      if instance and instance ~= ARGV[4] then return instance end
      if redis.call('LLEN', KEYS[2]) < tonumber(ARGV[2]) then
        redis.call('RPUSH', KEYS[2], ARGV[1])
      end
      redis.call('PEXPIRE', KEYS[2], ARGV[3])
      return false
      """;

  private final RedisStore redis;
  private final String instance;

  public EarlyCandidates(RedisStore redis, String instance) {
    this.redis = redis;
    this.instance = instance;
  }

  /** This instance answers the session's offer; answers the candidates that came before it. */
  public Future<List<Candidate>> offer(String sessionId) {
    return redis
        .eval(OFFER, keys(sessionId), instance, OFFER_MILLIS)
        .map(
            early -> {
              List<Candidate> candidates = new ArrayList<>();
              for (String json : RedisStore.texts(early)) {
                candidates.add(Json.read(json, Candidate.class));
              }
              return candidates;
            });
  }

  /** The other instance that answers the session's offer; none: the candidate is kept. */
  public Future<Optional<String>> early(String sessionId, Candidate candidate) {
    return redis
        .eval(EARLY, keys(sessionId), Json.text(candidate), EARLY_AT_MOST, EARLY_MILLIS, instance)
        .map(other -> Optional.ofNullable(other).map(Response::toString));
  }

  private static List<String> keys(String sessionId) {
    return List.of("media:offer:" + sessionId, "media:early:" + sessionId);
  }
}
