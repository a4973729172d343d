package io.castmesh.media.registry;

import io.castmesh.contract.Media.Candidate;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Which live sits where, who presents, which instance has which call: in Redis, under leases that
 * the instances renew, so that what belonged to a dead one becomes free by itself.
 *
 * <pre>
 * media:lives               hash: live to LiveRecord
 * media:instance:INSTANCE   lease of an instance
 * media:presenter:USER      lease: the live that this person presents
 * media:call:CALL           lease: the instance that has the call's media
 * media:offer:SESSION       the instance that answers the session's latest offer
 * media:early:SESSION       candidates that came before any offer
 * media:recordings          hash: live to RecordingEnded, until it is registered
 * media:mesh                names this mesh on media servers that others use too
 * </pre>
 *
 * Any thread; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class Registry {
  private static final String LIVES = "media:lives";
  private static final String RECORDINGS = "media:recordings";
  private static final String MESH = "media:mesh";
  private static final long EARLY_MILLIS = 30_000;
  private static final long OFFER_MILLIS = 30_000;
  private static final int EARLY_AT_MOST = 64;

  /** Sets a lease that is free, or is ours already; answers whose it is. */
  private static final String CLAIM =
      """
      local holder = redis.call('GET', KEYS[1])
      if not holder or holder == ARGV[1] then
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return ARGV[1]
      end
      return holder
      """;

  private static final String FREE =
      """
      if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
      return 0
      """;

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
  private final Duration lease;
  private String mesh;

  public Registry(RedisStore redis, String instance, Duration lease) {
    this.redis = redis;
    this.instance = instance;
    this.lease = lease;
  }

  /** How long an instance counts as alive that says nothing. */
  public long leaseNanos() {
    return lease.toNanos();
  }

  /**
   * Says that this instance lives, and learns the mesh's name; to be said three times in a lease.
   */
  public Future<Void> renew() {
    String proposed = mesh == null ? UUID.randomUUID().toString() : mesh;
    return redis
        .run(Command.SET, "media:instance:" + instance, "1", "PX", lease.toMillis())
        .compose(set -> redis.run(Command.SET, MESH, proposed, "NX"))
        .compose(set -> redis.run(Command.GET, MESH))
        .map(
            name -> {
              mesh = name.toString();
              return null;
            });
  }

  /** Known after the first {@link #renew}. */
  public String mesh() {
    return mesh;
  }

  /** Those of some instances that live. */
  public Future<Set<String>> alive(Collection<String> instances) {
    Future<Set<String>> alive = Future.succeededFuture(new HashSet<>());
    for (String one : Set.copyOf(instances)) {
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

  /** Whether the person may present this live: nobody presents two. */
  public Future<Boolean> claimPresenter(String userId, String liveId) {
    return claim("media:presenter:" + userId, liveId).map(liveId::equals);
  }

  public Future<Void> freePresenter(String userId, String liveId) {
    return free("media:presenter:" + userId, liveId);
  }

  /** The instance that has the call's media: this one, when none has. */
  public Future<String> claimCall(String callId) {
    return claim("media:call:" + callId, instance);
  }

  public Future<Optional<String>> callInstance(String callId) {
    return redis.run(Command.GET, "media:call:" + callId).map(Registry::text);
  }

  public Future<Void> freeCall(String callId) {
    return free("media:call:" + callId, instance);
  }

  public Future<Void> put(LiveRecord live) {
    return redis.run(Command.HSET, LIVES, live.liveId(), Json.text(live)).mapEmpty();
  }

  /** Whether it was there: of several that remove it, one may go on. */
  public Future<Boolean> remove(String liveId) {
    return redis.run(Command.HDEL, LIVES, liveId).map(removed -> removed.toInteger() == 1);
  }

  public Future<Optional<LiveRecord>> live(String liveId) {
    return redis
        .run(Command.HGET, LIVES, liveId)
        .map(json -> text(json).map(record -> Json.read(record, LiveRecord.class)));
  }

  public Future<List<LiveRecord>> lives() {
    return all(LIVES, LiveRecord.class);
  }

  /** This instance answers the session's offer; answers the candidates that came before it. */
  public Future<List<Candidate>> offer(String sessionId) {
    return redis
        .eval(
            OFFER,
            List.of("media:offer:" + sessionId, "media:early:" + sessionId),
            instance,
            OFFER_MILLIS)
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
        .eval(
            EARLY,
            List.of("media:offer:" + sessionId, "media:early:" + sessionId),
            Json.text(candidate),
            EARLY_AT_MOST,
            EARLY_MILLIS,
            instance)
        .map(Registry::text);
  }

  public Future<Void> recordingEnded(RecordingEnded recording) {
    return redis.run(Command.HSET, RECORDINGS, recording.liveId(), Json.text(recording)).mapEmpty();
  }

  public Future<List<RecordingEnded>> recordings() {
    return all(RECORDINGS, RecordingEnded.class);
  }

  public Future<Void> forgetRecording(String liveId) {
    return redis.run(Command.HDEL, RECORDINGS, liveId).mapEmpty();
  }

  private <T> Future<List<T>> all(String hash, Class<T> type) {
    return redis
        .hash(hash)
        .map(values -> values.values().stream().map(json -> Json.read(json, type)).toList());
  }

  private Future<String> claim(String key, String holder) {
    return redis.eval(CLAIM, List.of(key), holder, lease.toMillis()).map(Response::toString);
  }

  private Future<Void> free(String key, String holder) {
    return redis.eval(FREE, List.of(key), holder).mapEmpty();
  }

  private static Optional<String> text(Response response) {
    return Optional.ofNullable(response).map(Response::toString);
  }
}
