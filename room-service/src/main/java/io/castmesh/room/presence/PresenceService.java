package io.castmesh.room.presence;

import io.castmesh.contract.Done;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Alive;
import io.castmesh.contract.Presence.AliveQuery;
import io.castmesh.contract.Presence.Asserted;
import io.castmesh.contract.Presence.Assertion;
import io.castmesh.contract.Presence.Busy;
import io.castmesh.contract.Presence.Changed;
import io.castmesh.contract.Presence.Found;
import io.castmesh.contract.Presence.Holder;
import io.castmesh.contract.Presence.Holders;
import io.castmesh.contract.Presence.HoldersQuery;
import io.castmesh.contract.Presence.ListQuery;
import io.castmesh.contract.Presence.Lookup;
import io.castmesh.contract.Presence.People;
import io.castmesh.contract.Presence.Person;
import io.castmesh.contract.Presence.Session;
import io.castmesh.contract.Presence.UserSessions;
import io.castmesh.contract.Presence.Withdrawal;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.store.RedisStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Presence: a user is online while one of the sessions has a lease. All state is in Redis; whoever
 * runs the script that makes a transition tells of it, so it is told once however many instances
 * run.
 *
 * <p>Thread-safe; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class PresenceService {
  /** Sessions in one script: some two milliseconds of Redis's only thread. */
  private static final int ASSERTED_AT_ONCE = 200;

  private static final int SWEPT_AT_ONCE = 500;

  /** Whoever makes a change tells it at once. */
  private static final Duration UNTOLD_AFTER = Duration.ofSeconds(1);

  /** As long as a command to Redis may take; shorter than any lease that is used in earnest. */
  private static final Duration SWEEP_WITHIN = Duration.ofSeconds(3);

  private static final int LISTED_AT_MOST = 1000;

  private final Bus bus;
  private final RedisStore redis;
  private final Duration lease;
  private final Counter transitions;
  private final AtomicLong online = new AtomicLong();

  public PresenceService(Bus bus, RedisStore redis, Duration lease, MeterRegistry metrics) {
    this.bus = bus;
    this.redis = redis;
    this.lease = lease;
    this.transitions = Metric.PRESENCE_TRANSITIONS.counter(metrics);
    Metric.ONLINE.gauge(metrics, online, Number::doubleValue);
  }

  /** A gateway's sessions are online for another lease. */
  public Future<Asserted> renew(Assertion assertion) {
    List<String> lost = new ArrayList<>();
    List<String> begun = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    List<Session> sessions = assertion.sessions();
    for (int from = 0; from < sessions.size(); from += ASSERTED_AT_ONCE) {
      int to = Math.min(from + ASSERTED_AT_ONCE, sessions.size());
      List<Session> some = sessions.subList(from, to);
      all = all.compose(before -> renew(assertion.node(), some, lost, begun));
    }
    return all.map(done -> new Asserted(List.copyOf(lost), List.copyOf(begun), lease.toMillis()));
  }

  private Future<Void> renew(
      String node, List<Session> sessions, List<String> lost, List<String> begun) {
    List<Object> arguments = new ArrayList<>(List.of(lease.toMillis(), node));
    for (Session session : sessions) {
      arguments.add(session.sessionId());
      arguments.add(session.moves());
      arguments.add(session.user().id());
      arguments.add(Json.text(session.user()));
    }
    return run(PresenceScripts.ASSERT, arguments)
        .map(
            reply -> {
              lost.addAll(RedisStore.texts(reply.get(0)));
              tell(reply.get(1));
              begun.addAll(RedisStore.texts(reply.get(2)));
              return null;
            });
  }

  /** A session has ended on that node; one that another node holds meanwhile stays. */
  public Future<Done> withdraw(Withdrawal gone) {
    return run(
            PresenceScripts.WITHDRAW,
            List.of(lease.toMillis(), gone.node(), gone.sessionId(), gone.userId(), gone.moves()))
        .map(this::tell)
        .map(Done.DONE);
  }

  public Future<Found> find(Lookup lookup) {
    return run(PresenceScripts.FIND, lookup.userIds())
        .map(
            response -> {
              List<UserSessions> users = new ArrayList<>();
              for (Response one : response) {
                users.add(sessions(RedisStore.texts(one)));
              }
              return new Found(List.copyOf(users));
            });
  }

  private static UserSessions sessions(List<String> reply) {
    List<SessionRef> sessions = new ArrayList<>();
    for (int i = 2; i < reply.size(); i += 2) {
      sessions.add(new SessionRef(reply.get(i), reply.get(i + 1)));
    }
    return new UserSessions(
        Json.read(reply.get(0), User.class), List.copyOf(sessions), "busy".equals(reply.get(1)));
  }

  public Future<Alive> alive(AliveQuery query) {
    return run(PresenceScripts.ALIVE, query.sessionIds())
        .map(response -> new Alive(List.copyOf(RedisStore.texts(response))));
  }

  public Future<Holders> holders(HoldersQuery query) {
    return run(PresenceScripts.HOLDERS, query.sessionIds())
        .map(
            reply -> {
              List<Holder> items = new ArrayList<>();
              for (int i = 0; i < reply.size(); i += 4) {
                items.add(
                    new Holder(
                        reply.get(i).toString(),
                        reply.get(i + 1).toString(),
                        reply.get(i + 2).toString(),
                        reply.get(i + 3).toInteger()));
              }
              return new Holders(List.copyOf(items));
            });
  }

  /**
   * Everybody who is online, or the states of those who are named. Of somebody who is offline only
   * the id is known; nickname and avatar are empty.
   */
  public Future<People> list(ListQuery query) {
    int limit = Math.max(0, Math.min(query.limit(), LISTED_AT_MOST));
    if (query.userIds() == null) {
      return run(PresenceScripts.EVERYBODY, List.of(limit)).map(r -> people(List.of(), r));
    }
    List<String> ids = query.userIds().stream().limit(limit).toList();
    return run(PresenceScripts.STATES, ids).map(r -> people(ids, r));
  }

  private static People people(List<String> ids, Response reply) {
    List<String> all = RedisStore.texts(reply);
    List<String> texts = all.subList(1, all.size());
    List<Person> people = new ArrayList<>();
    for (int i = 0; i < texts.size(); i += 2) {
      String state = texts.get(i + 1);
      if (texts.get(i).isEmpty()) {
        people.add(new Person(ids.get(i / 2), "", "", state));
      } else {
        User user = Json.read(texts.get(i), User.class);
        people.add(new Person(user.id(), user.nickname(), user.avatar(), state));
      }
    }
    return new People(List.copyOf(people), Long.parseLong(all.get(0)));
  }

  /** Busy lasts for {@link Presence#BUSY_LEASE}, then it must have been said again. */
  public Future<Done> busy(Busy busy) {
    return run(
            PresenceScripts.BUSY,
            List.of(busy.userId(), busy.busy() ? 1 : 0, Presence.BUSY_LEASE.toMillis()))
        .map(this::tell)
        .map(Done.DONE);
  }

  /**
   * Finds leases that nobody has renewed: their gateway has died, or their call is forgotten.
   *
   * @param asked Redis's time in ms: it has answered then
   */
  public Future<Void> sweep(long asked) {
    return run(PresenceScripts.SWEEP, List.of(SWEPT_AT_ONCE, asked, SWEEP_WITHIN.toMillis()))
        .compose(
            changes -> {
              tell(changes);
              return changes.size() < 3 * SWEPT_AT_ONCE ? count() : sweep(asked);
            });
  }

  /** Changes that Redis made for somebody who could not tell them; never fails. */
  public Future<Void> tellTheUntold() {
    return run(PresenceScripts.UNTOLD, List.of(SWEPT_AT_ONCE, UNTOLD_AFTER.toMillis()))
        .map(this::tell)
        .otherwiseEmpty();
  }

  private Future<Void> count() {
    return run(PresenceScripts.COUNT, List.of())
        .map(
            response -> {
              online.set(response.toLong());
              return null;
            });
  }

  /** JSON, state and version of each change. */
  private Void tell(Response changes) {
    List<String> texts = RedisStore.texts(changes);
    List<Object> told = new ArrayList<>(List.of("presence:untold"));
    for (int i = 0; i < texts.size(); i += 3) {
      transitions.increment();
      User user = Json.read(texts.get(i), User.class);
      bus.emit(
          Presence.CHANGED, new Changed(user, texts.get(i + 1), Long.parseLong(texts.get(i + 2))));
      told.add(texts.get(i + 2) + " " + texts.get(i + 1) + " " + texts.get(i));
    }
    if (!texts.isEmpty()) {
      // Else it is told once more, which changes nothing: versions only grow.
      redis.run(Command.ZREM, told.toArray());
    }
    return null;
  }

  private Future<Response> run(String script, List<?> arguments) {
    return redis.eval(script, List.of(), arguments.toArray());
  }
}
