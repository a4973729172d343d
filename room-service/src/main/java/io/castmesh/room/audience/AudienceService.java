package io.castmesh.room.audience;

import io.castmesh.contract.Audience.Close;
import io.castmesh.contract.Audience.Join;
import io.castmesh.contract.Audience.Leave;
import io.castmesh.contract.Audience.Member;
import io.castmesh.contract.Audience.Members;
import io.castmesh.contract.Audience.Open;
import io.castmesh.contract.Audience.Query;
import io.castmesh.contract.Audience.Size;
import io.castmesh.contract.Audience.Sizes;
import io.castmesh.contract.Audience.SizesQuery;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.User;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audience of each live. Members and order are in Redis; the {@link Announcer} tells people.
 *
 * <p>Belongs to the event loop of its verticle; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class AudienceService {
  private static final Logger log = LoggerFactory.getLogger(AudienceService.class);

  private static final int MEMBERS_AT_MOST = 500;

  /** A live that nobody closed is forgotten so long after its presenter was last seen. */
  private static final Duration KEEP = Duration.ofMinutes(30);

  private static final Duration REMEMBER_CLOSED = Duration.ofHours(1);

  /** A viewer's lease is asserted before it can join; this only covers a gateway that is late. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  private record LiveEnded(String liveId, String reason) {}

  private final RedisStore redis;
  private final ClientMessenger clients;
  private final Announcer announcer;

  /** Lives of which the last sweep found that another count was told; they may just be told. */
  private final Set<String> untold = new HashSet<>();

  public AudienceService(RedisStore redis, ClientMessenger clients, Announcer announcer) {
    this.redis = redis;
    this.clients = clients;
    this.announcer = announcer;
  }

  /** May be said again at any time, as after Redis has lost everything. */
  public Future<Done> open(Open open) {
    Presenter presenter = new Presenter(open.presenter().session(), open.presenter().user());
    return run(AudienceScripts.OPEN, open.liveId(), Json.text(presenter), KEEP.toMillis())
        .compose(
            opened ->
                opened.toInteger() == 1
                    ? Future.succeededFuture(Done.DONE)
                    : Future.failedFuture(Failure.LIVE_NOT_FOUND.exception("it is over")));
  }

  /** Tells everybody once that the live is over, whoever says so how often. */
  public Future<Done> close(Close close) {
    return run(AudienceScripts.CLOSE, close.liveId(), REMEMBER_CLOSED.toMillis())
        .map(
            first -> {
              announcer.forget(close.liveId());
              if (first.toInteger() == 1 || close.again()) {
                clients.toEveryone("live.ended", new LiveEnded(close.liveId(), close.reason()));
              }
              return Done.DONE;
            });
  }

  /** A session that joins twice counts once. */
  public Future<Size> join(Join join) {
    String live = join.liveId();
    User viewer = join.viewer().user();
    return run(
            AudienceScripts.JOIN,
            live,
            join.viewer().sessionId(),
            join.viewer().session().node(),
            Json.text(viewer),
            KEEP.toMillis())
        .onFailure(unanswered -> announcer.counted(live))
        .compose(
            reply -> {
              if (reply == null) {
                return Future.failedFuture(Failure.LIVE_NOT_FOUND.exception());
              }
              int viewers = reply.get(1).toInteger();
              if (reply.get(2).toInteger() == 1 && join.again()) {
                announcer.counted(live);
              } else if (reply.get(2).toInteger() == 1) {
                announcer.joined(
                    live, presenter(reply.get(0)), viewer, time(reply.get(3)), viewers);
              }
              return Future.succeededFuture(new Size(viewers));
            });
  }

  /** Leaving what one does not watch changes nothing. */
  public Future<Size> leave(Leave leave) {
    return run(AudienceScripts.LEAVE, leave.liveId(), leave.sessionId())
        .onFailure(unanswered -> announcer.counted(leave.liveId()))
        .map(
            reply -> {
              int viewers = reply.get(0).toInteger();
              if (reply.size() > 1 && !reply.get(1).toString().isEmpty()) {
                announcer.left(
                    leave.liveId(),
                    presenter(reply.get(1)),
                    Json.read(reply.get(2).toString(), User.class),
                    Instant.now(),
                    viewers);
              }
              return new Size(viewers);
            });
  }

  /** A session is gone: it watches nothing any more. */
  public Future<Void> sessionEnded(String sessionId) {
    return redis
        .run(Command.SMEMBERS, "audience:session:" + sessionId)
        .compose(lives -> leaveAll(RedisStore.texts(lives), sessionId));
  }

  private Future<Void> leaveAll(List<String> lives, String sessionId) {
    Future<Void> all = Future.succeededFuture();
    for (String live : lives) {
      all = all.compose(before -> leave(new Leave(live, sessionId)).mapEmpty());
    }
    return all;
  }

  public Future<Members> members(Query query) {
    return run(AudienceScripts.MEMBERS, query.liveId(), MEMBERS_AT_MOST)
        .map(
            reply -> {
              List<Member> items = new ArrayList<>();
              for (int i = 1; i < reply.size(); i += 2) {
                User user = Json.read(reply.get(i).toString(), User.class);
                items.add(new Member(user, time(reply.get(i + 1))));
              }
              return new Members(reply.get(0).toInteger(), List.copyOf(items));
            });
  }

  public Future<Sizes> sizes(SizesQuery query) {
    return run(AudienceScripts.SIZES, query.liveIds().toArray())
        .map(
            reply -> {
              List<Integer> sizes = new ArrayList<>();
              reply.forEach(size -> sizes.add(size.toInteger()));
              return new Sizes(List.copyOf(sizes));
            });
  }

  /**
   * Takes out viewers whose sessions are gone though nobody was told, as when a gateway has died;
   * and tells how many they are where that was wrong the last time, too: who was to tell has died.
   */
  public Future<Void> sweep() {
    Set<String> before = Set.copyOf(untold);
    untold.clear();
    return redis
        .run(Command.SMEMBERS, "audience:lives")
        .compose(
            lives -> {
              Future<Void> all = Future.succeededFuture();
              for (String live : RedisStore.texts(lives)) {
                all = all.compose(done -> sweep(live, before));
              }
              return all;
            });
  }

  private Future<Void> sweep(String live, Set<String> untoldBefore) {
    return run(AudienceScripts.LOST, live, GRACE.toMillis(), KEEP.toMillis())
        .compose(
            reply -> {
              List<String> texts = RedisStore.texts(reply);
              if (texts.get(0).equals("1") && !untoldBefore.contains(live)) {
                untold.add(live);
              } else if (texts.get(0).equals("1")) {
                announcer.counted(live);
              }
              List<String> lost = texts.subList(1, texts.size());
              if (!lost.isEmpty()) {
                log.info("lost viewers taken out live={} count={}", live, lost.size());
              }
              Future<Void> all = Future.succeededFuture();
              for (String session : lost) {
                all = all.compose(before -> leave(new Leave(live, session)).mapEmpty());
              }
              return all;
            });
  }

  private static Presenter presenter(Response json) {
    return Json.read(json.toString(), Presenter.class);
  }

  private static Instant time(Response millis) {
    return Instant.ofEpochMilli(Long.parseLong(millis.toString()));
  }

  private Future<Response> run(String script, Object... arguments) {
    return redis.eval(script, List.of(), arguments);
  }
}
