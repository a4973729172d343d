package io.castmesh.room.rooms;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.room.rooms.Room.Step;
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
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rooms in Redis. A change is tried on the copy that this instance has; if somebody else was faster
 * it is tried again on what they have written.
 *
 * <p>Belongs to one event loop; fails with {@code UNAVAILABLE} while Redis is away.
 */
final class RoomStore {
  private static final Logger log = LoggerFactory.getLogger(RoomStore.class);

  /** Of a room with somebody in it; every sweep begins it anew. */
  static final Duration KEEP = Duration.ofHours(1);

  /** What of a room's events is kept for members who return. */
  static final int LOG_EVENTS = 1024;

  private static final int LOG_BYTES = 1024 * 1024;
  private static final Duration LOG_AGE = Duration.ofSeconds(60);

  /** So long it takes until every instance has put back what Redis has lost. */
  private static final Duration PUT_BACK = Duration.ofSeconds(5);

  private static final int ATTEMPTS = 10;
  private static final String NOBODY = "-";

  /**
   * A change that is written.
   *
   * @param before null when it was made by this
   * @param first number of the first event
   * @param last number of the last event of the room
   * @param again it was written before by another attempt: {@code last} is its number, and there is
   *     nothing to tell
   */
  record Committed(
      Room before, Room after, long first, long last, List<RoomEvent> events, boolean again) {}

  /** A room as it is now. */
  record Read(Room room, long seq, long floor, long told) {}

  /** An event of the log. */
  record Entry(long seq, String audience, String method, String params) {
    static Entry of(String text) {
      String[] parts = text.split(" ", 6);
      return new Entry(Long.parseLong(parts[0]), parts[3], parts[4], parts[5]);
    }
  }

  /**
   * @param floor the last event that is forgotten
   * @param more whether there are events after these
   */
  record Log(long floor, boolean more, List<Entry> entries) {}

  record Part(List<String> ids, long total) {}

  private final RedisStore redis;
  private final RoomCopies copies;
  private final Duration emptyFor;

  RoomStore(RedisStore redis, RoomCopies copies, Duration emptyFor) {
    this.redis = redis;
    this.copies = copies;
    this.emptyFor = emptyFor;
  }

  /** Null when there is no such room. */
  Future<Read> read(String id) {
    return run(RoomScripts.READ, id)
        .map(
            reply ->
                reply.get(0) == null
                    ? null
                    : new Read(
                        Json.read(reply.get(0).toString(), Room.class),
                        number(reply.get(1)),
                        number(reply.get(2)),
                        number(reply.get(3))));
  }

  /**
   * The first events after a number, also those that did not concern whoever asks.
   *
   * @param most so many of them
   */
  Future<Log> after(String id, long seq, int most) {
    return run(RoomScripts.AFTER, id, seq, most)
        .map(
            reply -> {
              List<String> texts = RedisStore.texts(reply);
              return new Log(
                  Long.parseLong(texts.get(0)),
                  texts.get(1).equals("1"),
                  texts.stream().skip(2).map(Entry::of).toList());
            });
  }

  /**
   * Changes a room.
   *
   * @param sender key under which another attempt of the same request is known; null: none
   * @param change what becomes of it; is given null when there is no such room; may throw a
   *     failure, which is then the answer
   */
  Future<Committed> change(String id, String sender, Function<Room, Step> change) {
    RoomCopies.Copy copy = copies.get(id);
    if (copy == null) {
      return fresh(id, sender, change, ATTEMPTS);
    }
    Step step;
    try {
      step = change.apply(copy.room());
    } catch (FailureException stale) {
      // It may be said of what is long past.
      return fresh(id, sender, change, ATTEMPTS);
    }
    return isNothing(copy.room(), step)
        ? fresh(id, sender, change, ATTEMPTS)
        : commit(id, copy.room(), step, sender, change, ATTEMPTS);
  }

  private Future<Committed> fresh(
      String id, String sender, Function<Room, Step> change, int attempts) {
    return redis
        .run(Command.HGET, "room:" + id, "json")
        .compose(json -> next(id, json, sender, change, attempts));
  }

  private Future<Committed> next(
      String id, Response json, String sender, Function<Room, Step> change, int attempts) {
    RoomCopies.Copy copy = copies.get(id);
    if (json == null && copy != null && !copy.room().empty()) {
      // A room with peers never goes by itself: Redis has lost it.
      return restore(copy).compose(put -> fresh(id, sender, change, attempts - 1));
    }
    if (json == null) {
      return emptied()
          .compose(
              recently ->
                  recently
                      ? Future.failedFuture(Failure.UNAVAILABLE.exception())
                      : commit(id, null, change.apply(null), sender, change, attempts));
    }
    Room now = Json.read(json.toString(), Room.class);
    return commit(id, now, change.apply(now), sender, change, attempts);
  }

  private Future<Committed> commit(
      String id, Room before, Step step, String sender, Function<Room, Step> change, int attempts) {
    if (isNothing(before, step)) {
      return Future.succeededFuture(new Committed(before, before, 0, 0, List.of(), false));
    }
    if (attempts <= 0) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    return run(RoomScripts.COMMIT, arguments(id, before, step, sender).toArray())
        .compose(
            reply -> {
              int outcome = reply.get(0).toInteger();
              if (outcome == 0) {
                return next(id, reply.get(1), sender, change, attempts - 1);
              }
              if (outcome == 2) {
                long seq = reply.get(1).toLong();
                return Future.succeededFuture(
                    new Committed(before, before, seq, seq, List.of(), true));
              }
              long first = reply.get(1).toLong();
              remember(step, first, sender);
              return Future.succeededFuture(
                  new Committed(
                      before, step.room(), first, reply.get(2).toLong(), step.events(), false));
            });
  }

  private static boolean isNothing(Room before, Step step) {
    return step.room() == before && step.events().isEmpty();
  }

  private List<Object> arguments(String id, Room before, Step step, String sender) {
    Room after = step.room();
    List<Object> arguments = new ArrayList<>();
    arguments.add(id);
    arguments.add(before == null ? NOBODY : before.version());
    arguments.add(after == before ? "" : Json.text(after));
    arguments.add(after.version());
    arguments.add(lifetime(after).toMillis());
    arguments.add(LOG_EVENTS);
    arguments.add(LOG_BYTES);
    arguments.add(LOG_AGE.toMillis());
    arguments.add(sender == null ? NOBODY : sender);
    List<Member> earlier = before == null ? List.of() : before.members();
    List<Member> come = after.members().stream().filter(m -> !holds(earlier, m)).toList();
    List<Member> gone = earlier.stream().filter(m -> !holds(after.members(), m)).toList();
    boolean waits = before == null && after.empty();
    arguments.add(waits ? 1 : come.size());
    if (waits) {
      arguments.addAll(List.of(NOBODY, after.owner()));
    }
    come.forEach(m -> arguments.addAll(List.of(m.session().sessionId(), m.user().id())));
    arguments.add(gone.size());
    gone.forEach(m -> arguments.add(m.session().sessionId()));
    step.events().forEach(e -> arguments.addAll(List.of(e.audience(), e.method(), e.params())));
    return arguments;
  }

  private static boolean holds(List<Member> members, Member wanted) {
    return members.stream().anyMatch(m -> m.id().equals(wanted.id()));
  }

  private Duration lifetime(Room room) {
    return room.empty() ? emptyFor : KEEP;
  }

  private void remember(Step step, long first, String sender) {
    List<String> entries = new ArrayList<>();
    long seq = first;
    for (RoomEvent event : step.events()) {
      entries.add(
          seq++
              + " "
              + System.currentTimeMillis()
              + " "
              + (sender == null ? NOBODY : sender)
              + " "
              + event.audience()
              + " "
              + event.method()
              + " "
              + event.params());
    }
    copies.wrote(step.room(), first, entries);
  }

  /** The events from one number to the other have been sent to gateways. */
  Future<Void> told(String id, long first, long last) {
    return run(RoomScripts.TOLD, id, first, last).mapEmpty();
  }

  /** A part of all rooms, the newest first, and how many there are. */
  Future<Part> newest(long from, long to) {
    return redis
        .run(Command.ZREVRANGE, "rooms", from, to)
        .compose(
            ids ->
                redis
                    .run(Command.ZCARD, "rooms")
                    .map(count -> new Part(RedisStore.texts(ids), count.toLong())));
  }

  Future<List<String>> ofSession(String sessionId) {
    return redis.run(Command.SMEMBERS, "room:session:" + sessionId).map(RedisStore::texts);
  }

  Future<List<String>> ofUser(String userId) {
    return redis.run(Command.SMEMBERS, "room:user:" + userId).map(RedisStore::texts);
  }

  /** A user has nothing to do with a room any more. */
  Future<Void> forget(String userId, String room) {
    return redis.run(Command.SREM, "room:user:" + userId, room).mapEmpty();
  }

  /** See {@link RoomScripts#SWEEP}; the first text is how many rooms there are. */
  Future<List<String>> sweep(int from, int to) {
    return run(RoomScripts.SWEEP, from, to, KEEP.toMillis()).map(RedisStore::texts);
  }

  /** Gives up copies that are not the newest any more. */
  Future<Void> compare() {
    List<String> rooms = copies.rooms();
    if (rooms.isEmpty()) {
      return Future.succeededFuture();
    }
    return run(RoomScripts.VERSIONS, rooms.toArray())
        .map(
            reply -> {
              List<String> texts = RedisStore.texts(reply);
              Map<String, RoomCopies.Newest> newest = new HashMap<>();
              for (int i = 0; i < rooms.size(); i++) {
                String version = texts.get(2 * i);
                if (!version.equals(NOBODY)) {
                  newest.put(
                      rooms.get(i),
                      new RoomCopies.Newest(
                          Long.parseLong(version), Long.parseLong(texts.get(2 * i + 1))));
                }
              }
              copies.compare(newest);
              return null;
            });
  }

  /** What Redis does not know when this process begins is not there. */
  Future<Void> begin() {
    return redis.run(Command.SET, "room:mark", 0, "NX").mapEmpty();
  }

  /** Whether another instance may be about to put back what is not there. */
  private Future<Boolean> emptied() {
    return run(RoomScripts.EMPTIED, PUT_BACK.toMillis()).map(reply -> reply.toInteger() == 1);
  }

  /** Redis has come back empty: everything that this instance has a copy of is put back. */
  Future<Integer> restore() {
    return emptied()
        .compose(noted -> copies.each((id, copy) -> restore(copy)))
        .onSuccess(
            put -> {
              if (put > 0) {
                log.info("rooms put back count={}", put);
              }
            });
  }

  private Future<Boolean> restore(RoomCopies.Copy copy) {
    Room room = copy.room();
    List<Object> arguments = new ArrayList<>();
    arguments.add(room.id());
    arguments.add(Json.text(room));
    arguments.add(room.version());
    arguments.add(copy.seq());
    arguments.add(lifetime(room).toMillis());
    arguments.add(room.members().size());
    room.members().forEach(m -> arguments.addAll(List.of(m.session().sessionId(), m.user().id())));
    arguments.addAll(copy.events());
    return run(RoomScripts.RESTORE, arguments.toArray()).map(reply -> reply.toInteger() == 1);
  }

  private static long number(Response reply) {
    return reply == null ? 0 : reply.toLong();
  }

  private Future<Response> run(String script, Object... arguments) {
    return redis.eval(script, List.of(), arguments);
  }
}
