package io.castmesh.media.registry;

import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which instance owns which live and call, and what another one needs to go on with it.
 *
 * <pre>
 * media:owners              hash: key of a live or call to the instance that owns it
 * media:lives               hash: live to LiveRecord
 * media:calls               hash: call to CallRecord
 * media:of:KEY              hash: media id to SessionRecord, of one live or call
 * media:client:SESSION      set: the media ids of a client session
 * media:presenter:USER      lease: the live that this person presents
 * media:over:KEY            the instance that has ended it; ends by itself
 * </pre>
 *
 * <p>An owner stays the owner until it gives up what it has or another takes it over: what somebody
 * writes who is not the owner any more is refused, and for a while what anybody writes of something
 * that has ended. Owners say all of it again when Redis has lost it; an end that Redis has not
 * taken is said again by {@link #removeAgain}.
 *
 * <p>Any thread; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class Registry {
  private static final String OWNERS = "media:owners";
  private static final String LIVES = "media:lives";
  private static final String CALLS = "media:calls";

  /** Longer than any live; only for sets whose owner died together with Redis. */
  private static final Duration CLIENT_SET = Duration.ofDays(2);

  /** Whoever stood still for longer has been restarted. */
  private static final Duration REMEMBER_OVER = Duration.ofMinutes(10);

  /** A presenter is not free before another instance has had the time to adopt the live. */
  private static final int PRESENTER_LEASES = 4;

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
   * Key, instance, ms of its lease: it owns the key from now on, unless another does. Its lease is
   * renewed with it, lest others take it for dead when Redis has lost everything.
   */
  private static final String CLAIM_KEY =
      """
      local holder = redis.call('HGET', 'media:owners', ARGV[1])
      if holder and holder ~= ARGV[2] then return holder end
      redis.call('DEL', 'media:over:' .. ARGV[1])
      redis.call('HSET', 'media:owners', ARGV[1], ARGV[2])
      redis.call('SET', 'media:instance:' .. ARGV[2], '1', 'PX', ARGV[3])
      return ARGV[2]
      """;

  /**
   * The same for what began before: who stood still does not bring back what another instance has
   * ended meanwhile. What this one has ended it may have begun again.
   */
  private static final String OWN =
      """
      local holder = redis.call('HGET', 'media:owners', ARGV[1])
      if holder and holder ~= ARGV[2] then return holder end
      local ender = redis.call('GET', 'media:over:' .. ARGV[1])
      if not holder and ender and ender ~= ARGV[2] then return ender end
      redis.call('HSET', 'media:owners', ARGV[1], ARGV[2])
      redis.call('SET', 'media:instance:' .. ARGV[2], '1', 'PX', ARGV[3])
      """;

  /** Then hash, field, record. */
  private static final String PUT =
      OWN + "redis.call('HSET', ARGV[4], ARGV[5], ARGV[6]) return ARGV[2]";

  /** Then media id, record, client session, ms to keep its set. */
  private static final String PUT_SESSION =
      OWN
          + """
          redis.call('HSET', 'media:of:' .. ARGV[1], ARGV[4], ARGV[5])
          redis.call('SADD', 'media:client:' .. ARGV[6], ARGV[4])
          redis.call('PEXPIRE', 'media:client:' .. ARGV[6], ARGV[7])
          return ARGV[2]
          """;

  /** Key, instance, media id, client session. */
  private static final String REMOVE_SESSION =
      """
      local holder = redis.call('HGET', 'media:owners', ARGV[1])
      if holder and holder ~= ARGV[2] then return 0 end
      redis.call('SREM', 'media:client:' .. ARGV[4], ARGV[3])
      return redis.call('HDEL', 'media:of:' .. ARGV[1], ARGV[3])
      """;

  /** Key, instance, hash, field, ms to remember that it is over. */
  private static final String REMOVE =
      """
      local holder = redis.call('HGET', 'media:owners', ARGV[1])
      if holder and holder ~= ARGV[2] then return 0 end
      local sessions = redis.call('HGETALL', 'media:of:' .. ARGV[1])
      for i = 1, #sessions, 2 do
        local client = cjson.decode(sessions[i + 1]).caller.session.sessionId
        redis.call('SREM', 'media:client:' .. client, sessions[i])
      end
      redis.call('DEL', 'media:of:' .. ARGV[1])
      redis.call('HDEL', ARGV[3], ARGV[4])
      local removed = redis.call('HDEL', 'media:owners', ARGV[1])
      redis.call('SET', 'media:over:' .. ARGV[1], ARGV[2], 'NX', 'PX', ARGV[5])
      return removed
      """;

  /** Key, its owner so far, the next one: of several that take it over, one does. */
  private static final String TAKE_OVER =
      """
      if redis.call('HGET', 'media:owners', ARGV[1]) ~= ARGV[2] then return 0 end
      redis.call('HSET', 'media:owners', ARGV[1], ARGV[3])
      return 1
      """;

  /** Answers keys and owners whose lease has run out. */
  private static final String OF_THE_DEAD =
      """
      local owners = redis.call('HGETALL', 'media:owners')
      local alive, list = {}, {}
      for i = 1, #owners, 2 do
        local owner = owners[i + 1]
        if alive[owner] == nil then
          alive[owner] = redis.call('EXISTS', 'media:instance:' .. owner)
        end
        if alive[owner] == 0 then
          list[#list + 1] = owners[i]
          list[#list + 1] = owner
        end
      end
      return list
      """;

  private final RedisStore redis;
  private final String instance;
  private final Duration lease;

  /** What has ended here though Redis does not know it yet, with the last attempt to say so. */
  private final Map<MediaKey, Future<Void>> unremoved = new ConcurrentHashMap<>();

  public Registry(RedisStore redis, String instance, Duration lease) {
    this.redis = redis;
    this.instance = instance;
    this.lease = lease;
  }

  /** The live that a person presents. */
  public Future<Optional<String>> presentedBy(String userId) {
    return redis
        .run(Command.GET, "media:presenter:" + userId)
        .map(reply -> Optional.ofNullable(reply).map(Object::toString));
  }

  /** Whether the person may present this live: nobody presents two. */
  public Future<Boolean> claimPresenter(String userId, String liveId) {
    return redis
        .eval(
            CLAIM,
            List.of("media:presenter:" + userId),
            liveId,
            lease.toMillis() * PRESENTER_LEASES)
        .map(holder -> liveId.equals(holder.toString()));
  }

  public Future<Void> freePresenter(String userId, String liveId) {
    return redis.eval(FREE, List.of("media:presenter:" + userId), liveId).mapEmpty();
  }

  /** The instance that owns it: this one, when none did. */
  public Future<String> claim(MediaKey key) {
    Future<Void> removal = unremoved.remove(key);
    return (removal == null ? Future.<Void>succeededFuture() : removal.otherwiseEmpty())
        .compose(done -> redis.eval(CLAIM_KEY, List.of(), key.text(), instance, lease.toMillis()))
        .map(Response::toString);
  }

  public Future<Optional<String>> owner(MediaKey key) {
    return redis.run(Command.HGET, OWNERS, key.text()).map(Registry::text);
  }

  /** Who owns what. */
  public Future<Map<MediaKey, String>> owners() {
    return redis
        .hash(OWNERS)
        .map(
            found -> {
              Map<MediaKey, String> owners = new HashMap<>();
              found.forEach(
                  (text, owner) -> MediaKey.ofText(text).ifPresent(key -> owners.put(key, owner)));
              return owners;
            });
  }

  /** What instances own that do not renew their lease any more. */
  public Future<Map<MediaKey, String>> ofTheDead() {
    return redis
        .eval(OF_THE_DEAD, List.of())
        .map(
            list -> {
              Map<MediaKey, String> owners = new HashMap<>();
              for (int i = 0; i < list.size(); i += 2) {
                String owner = list.get(i + 1).toString();
                MediaKey.ofText(list.get(i).toString()).ifPresent(key -> owners.put(key, owner));
              }
              return owners;
            });
  }

  /** Makes this instance the owner of what another had; false: somebody was quicker. */
  public Future<Boolean> takeOver(MediaKey key, String from) {
    return redis
        .eval(TAKE_OVER, List.of(), key.text(), from, instance)
        .map(taken -> taken.toInteger() == 1);
  }

  /** Answers false when another instance owns it. */
  public Future<Boolean> put(LiveRecord live) {
    return put(MediaKey.live(live.liveId()), LIVES, Json.text(live));
  }

  /** Answers false when another instance owns it. */
  public Future<Boolean> put(CallRecord call) {
    return put(MediaKey.call(call.callId()), CALLS, Json.text(call));
  }

  private Future<Boolean> put(MediaKey key, String hash, String record) {
    return redis
        .eval(PUT, List.of(), key.text(), instance, lease.toMillis(), hash, key.id(), record)
        .map(owner -> instance.equals(owner.toString()));
  }

  /** Answers false when another instance owns what it belongs to. */
  public Future<Boolean> put(MediaKey key, SessionRecord session) {
    return redis
        .eval(
            PUT_SESSION,
            List.of(),
            key.text(),
            instance,
            lease.toMillis(),
            session.mediaId(),
            Json.text(session),
            session.caller().sessionId(),
            CLIENT_SET.toMillis())
        .map(owner -> instance.equals(owner.toString()));
  }

  public Future<Void> removeSession(MediaKey key, String mediaId, String clientSession) {
    return redis
        .eval(REMOVE_SESSION, List.of(), key.text(), instance, mediaId, clientSession)
        .mapEmpty();
  }

  /**
   * Forgets a live or call that is over with its sessions, unless another instance owns it. When
   * that fails it is {@linkplain #removing still to be done}.
   */
  public Future<Void> remove(MediaKey key) {
    String hash = key.kind() == MediaKey.Kind.LIVE ? LIVES : CALLS;
    Future<Void> removal =
        redis
            .eval(REMOVE, List.of(), key.text(), instance, hash, key.id(), REMEMBER_OVER.toMillis())
            .mapEmpty();
    unremoved.put(key, removal);
    return removal.onSuccess(removed -> unremoved.remove(key, removal));
  }

  /** Whether it is over, and Redis does not know that yet. */
  public boolean removing(MediaKey key) {
    return unremoved.containsKey(key);
  }

  /** Says again what is over; never fails: what fails is said once more. */
  public Future<Void> removeAgain() {
    Future<Void> all = Future.succeededFuture();
    for (MediaKey key : List.copyOf(unremoved.keySet())) {
      all =
          all.compose(
              before -> removing(key) ? remove(key).otherwiseEmpty() : Future.succeededFuture());
    }
    return all;
  }

  public Future<Optional<LiveRecord>> live(String liveId) {
    return redis
        .run(Command.HGET, LIVES, liveId)
        .map(json -> text(json).map(record -> Json.read(record, LiveRecord.class)));
  }

  public Future<List<LiveRecord>> lives() {
    return all(LIVES, LiveRecord.class);
  }

  public Future<Optional<CallRecord>> call(String callId) {
    return redis
        .run(Command.HGET, CALLS, callId)
        .map(json -> text(json).map(record -> Json.read(record, CallRecord.class)));
  }

  public Future<List<CallRecord>> calls() {
    return all(CALLS, CallRecord.class);
  }

  /** The media server that it is on; empty while it has none. */
  public Future<Optional<String>> server(MediaKey key) {
    return switch (key.kind()) {
      case LIVE ->
          live(key.id()).map(found -> found.map(LiveRecord::stage).map(LiveRecord.Stage::server));
      case CALL -> call(key.id()).map(found -> found.map(CallRecord::server));
    };
  }

  public Future<List<SessionRecord>> sessions(MediaKey key) {
    return all("media:of:" + key.text(), SessionRecord.class);
  }

  /** The media ids of a client session, whichever instances have them. */
  public Future<List<String>> mediaOf(String clientSession) {
    return redis.run(Command.SMEMBERS, "media:client:" + clientSession).map(RedisStore::texts);
  }

  /** The ids of all pipelines that somebody has written down. */
  public Future<List<String>> pipelines() {
    return lives()
        .compose(
            lives ->
                calls()
                    .map(
                        calls -> {
                          List<String> ids = new ArrayList<>();
                          lives.stream()
                              .filter(live -> live.stage() != null)
                              .forEach(live -> ids.add(live.stage().pipeline()));
                          calls.stream()
                              .filter(call -> call.pipeline() != null)
                              .forEach(call -> ids.add(call.pipeline()));
                          return ids;
                        }));
  }

  private <T> Future<List<T>> all(String hash, Class<T> type) {
    return redis
        .hash(hash)
        .map(values -> values.values().stream().map(json -> Json.read(json, type)).toList());
  }

  private static Optional<String> text(Response response) {
    return Optional.ofNullable(response).map(Response::toString);
  }
}
