package io.castmesh.vod.recording;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who works on a recording: one instance at a time. A claim names its node and is renewed while the
 * work goes on; it ends with the work, with the node, or soon after the last renewal.
 *
 * <p>Belongs to the event loop of its verticle.
 */
public final class Claims {
  private static final Logger log = LoggerFactory.getLogger(Claims.class);

  private static final Duration LENGTH = Duration.ofSeconds(15);

  /** Recordings of others that are remembered; the rounds find what is forgotten. */
  private static final int REMEMBERED = 1000;

  /** Nobody's, one's own, or that of the holder who is known to be gone. Answers the holder. */
  private static final String TAKE =
      """
      local holder = redis.call('GET', KEYS[1])
      if not holder or holder == ARGV[1] or holder == ARGV[3] then
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return ARGV[1]
      end
      return holder
      """;

  /** A claim that has run out is not renewed: another may have had it since. */
  private static final String RENEW =
      """
      if redis.call('GET', KEYS[1]) == ARGV[1] then
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
      end
      return 0
      """;

  private static final String RELEASE =
      "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

  private record Held(RecordingTicket ticket, String node) {}

  private final Vertx vertx;
  private final RedisStore redis;
  private final Predicate<String> gone;
  private final String own;

  /** What others have in hand, as far as it is known; the latest last. */
  private final Map<String, Held> others =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * @param node of this instance
   * @param gone whether a node has died or left: it holds nothing any more
   */
  public Claims(Vertx vertx, RedisStore redis, String node, Predicate<String> gone) {
    this.vertx = vertx;
    this.redis = redis;
    this.gone = gone;
    this.own = node + "/" + UUID.randomUUID();
  }

  /** False when another instance has it in hand. */
  Future<Boolean> take(RecordingTicket ticket) {
    return take(ticket, "")
        .compose(
            holder -> {
              if (holder.equals(own) || !gone.test(node(holder))) {
                return Future.succeededFuture(holder);
              }
              log.info("claim of a node that is gone live={} of={}", ticket.liveId(), holder);
              return take(ticket, holder);
            })
        .map(
            holder -> {
              boolean mine = holder.equals(own);
              others.remove(ticket.liveId());
              if (!mine) {
                others.put(ticket.liveId(), new Held(ticket, node(holder)));
              }
              return mine;
            });
  }

  private Future<String> take(RecordingTicket ticket, String dead) {
    return redis
        .eval(TAKE, List.of(key(ticket)), own, LENGTH.toMillis(), dead)
        .map(holder -> holder.toString());
  }

  /** Does the work, keeps the claim meanwhile, and gives it back. */
  Future<Void> during(RecordingTicket ticket, Supplier<Future<Void>> work) {
    long timer = vertx.setPeriodic(LENGTH.toMillis() / 3, t -> renew(ticket));
    return Future.succeededFuture()
        .compose(taken -> work.get())
        .eventually(
            () -> {
              vertx.cancelTimer(timer);
              return redis.eval(RELEASE, List.of(key(ticket)), own).otherwiseEmpty();
            });
  }

  private Future<Boolean> renew(RecordingTicket ticket) {
    return redis
        .eval(RENEW, List.of(key(ticket)), own, LENGTH.toMillis())
        .map(renewed -> renewed.toInteger() == 1);
  }

  /**
   * To be asked before the work changes what others see.
   *
   * @return fails with {@link Failure#UNAVAILABLE} when the claim was lost: this process stood
   *     still, or Redis has forgotten it
   */
  Future<Void> hold(RecordingTicket ticket) {
    return renew(ticket)
        .compose(
            held ->
                held
                    ? Future.succeededFuture()
                    : Future.failedFuture(Failure.UNAVAILABLE.exception("claim lost")));
  }

  /** What a node had in hand when it was last asked for. */
  public List<RecordingTicket> heldBy(String node) {
    return others.values().stream()
        .filter(held -> held.node().equals(node))
        .map(Held::ticket)
        .toList();
  }

  private static String key(RecordingTicket ticket) {
    return "vod:claim:" + ticket.liveId();
  }

  /** Of instances of older versions nothing is known. */
  private static String node(String holder) {
    return holder.substring(0, Math.max(0, holder.lastIndexOf('/')));
  }
}
