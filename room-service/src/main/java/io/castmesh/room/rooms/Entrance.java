package io.castmesh.room.rooms;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Rooms;
import io.castmesh.contract.Rooms.Join;
import io.castmesh.contract.Rooms.Joined;
import io.castmesh.contract.Rooms.Missed;
import io.castmesh.room.rooms.Room.Step;
import io.castmesh.room.rooms.RoomStore.Committed;
import io.castmesh.room.rooms.RoomStore.Entry;
import io.castmesh.room.rooms.RoomStore.Log;
import io.castmesh.room.rooms.RoomStore.Read;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;

/**
 * How people come into rooms, and how members return and get what they have missed.
 *
 * <p>Belongs to the event loop of its verticle; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class Entrance {
  /** Rooms of one session. */
  private static final int AT_ONCE = 16;

  /** Missed events in one answer; whoever has missed more asks again. */
  private static final int PAGE = 256;

  /** Wrong passwords of one person in a minute; after them the right one is refused, too. */
  private static final int GUESSES = 10;

  private final RoomStore rooms;
  private final RoomNews news;
  private final RoomNumbers numbers;
  private final RoomPasswords passwords;
  private final Turns turns;
  private final int meshSize;
  private final Clock clock;

  /**
   * @param meshSize the most peers of a room
   */
  Entrance(
      RoomStore rooms,
      RoomNews news,
      RoomNumbers numbers,
      RoomPasswords passwords,
      Turns turns,
      int meshSize,
      Clock clock) {
    this.rooms = rooms;
    this.news = news;
    this.numbers = numbers;
    this.passwords = passwords;
    this.turns = turns;
    this.meshSize = meshSize;
    this.clock = clock;
  }

  /** See {@link Rooms#JOIN}. */
  public Future<Joined> join(Join request) {
    if (request.roomId() == null) {
      return numbers
          .take(request.caller().userId(), request.requestId())
          .compose(number -> join(request, number));
    }
    RoomService.checkNumber(request.roomId());
    return join(request, request.roomId());
  }

  private Future<Joined> join(Join request, String id) {
    return rooms
        .read(id)
        .compose(
            read -> {
              Room room = read == null ? null : read.room();
              return mayEnter(request, room)
                  .compose(hash -> turns.take(id, () -> enter(request, id, hash)));
            });
  }

  /** Answers the password, hashed: of the room, as it was given rightly, or of one to be made. */
  private Future<String> mayEnter(Join request, Room room) {
    Caller caller = request.caller();
    if (room != null && room.member(caller.sessionId()).isPresent()) {
      return Future.succeededFuture(room.password());
    }
    return rooms
        .ofSession(caller.sessionId())
        .compose(
            mine -> {
              if (mine.size() >= AT_ONCE) {
                return Future.failedFuture(
                    Failure.TOO_MANY_REQUESTS.exception("at most " + AT_ONCE + " rooms at once"));
              }
              return room == null
                  ? passwords.hash(request.password())
                  : passed(caller.userId(), request.password(), room.password());
            });
  }

  private Future<String> passed(String user, String password, String hash) {
    if (hash == null || password == null) {
      return hash == null
          ? Future.succeededFuture()
          : Future.failedFuture(Failure.ROOM_PASSWORD.exception());
    }
    String guesses = "room:guesses:" + user;
    return numbers
        .counted(guesses, GUESSES)
        .compose(counted -> passwords.matches(password, hash))
        .compose(
            right ->
                right
                    ? numbers.uncount(guesses).map(hash)
                    : Future.failedFuture(Failure.ROOM_PASSWORD.exception()));
  }

  private Future<Joined> enter(Join request, String id, String hash) {
    return rooms
        .change(id, null, room -> step(request, id, room, hash))
        .onSuccess(news::tell)
        .compose(done -> answer(request, done));
  }

  private Step step(Join request, String id, Room room, String hash) {
    Caller caller = request.caller();
    if (room == null) {
      if (request.after() != null) {
        throw Failure.ROOM_NOT_FOUND.exception("it has ended");
      }
      String name = request.name() == null ? "" : request.name();
      Room made = Room.fresh(id, name, "mesh", null, hash, clock.instant());
      return made.join(member(caller), meshSize);
    }
    Member self = room.member(caller.sessionId()).orElse(null);
    if (self != null) {
      return new Step(
          self.session().equals(caller.session()) ? room : room.moved(self, caller.session()),
          List.of());
    }
    if (room.password() != null && !room.password().equals(hash)) {
      // It was made with another one since it was looked at.
      throw Failure.ROOM_PASSWORD.exception();
    }
    return room.join(member(caller), meshSize);
  }

  private Member member(Caller caller) {
    return new Member(RoomService.freshPeer(), caller.session(), caller.user(), clock.instant());
  }

  private Future<Joined> answer(Join request, Committed done) {
    Room room = done.after();
    Member self = room.of(request.caller());
    boolean returns =
        done.before() != null && done.before().member(request.caller().sessionId()).isPresent();
    if (!returns) {
      return Future.succeededFuture(
          joined(room, self, done.last(), List.of(), new Log(0, false, List.of()), true));
    }
    return rooms
        .read(room.id())
        .compose(
            read -> {
              if (read == null) {
                return Future.failedFuture(Failure.UNAVAILABLE.exception());
              }
              long after = request.after() == null ? read.seq() : request.after();
              return rooms.after(room.id(), after, PAGE).map(log -> answer(read, self, log, after));
            });
  }

  private static Joined answer(Read read, Member self, Log log, long after) {
    long upTo = log.more() ? log.entries().get(log.entries().size() - 1).seq() : read.seq();
    List<Missed> missed = missed(log.entries(), self, upTo);
    return joined(read.room(), self, upTo, missed, log, after >= log.floor());
  }

  /** What is newer than the answer comes as an event. */
  private static List<Missed> missed(List<Entry> entries, Member self, long upTo) {
    return entries.stream()
        .filter(entry -> entry.seq() <= upTo)
        .filter(entry -> RoomEvent.concerns(entry.audience(), self.id()))
        .map(entry -> new Missed(entry.method(), RoomEvent.numbered(entry.seq(), entry.params())))
        .toList();
  }

  private static Joined joined(
      Room room, Member self, long seq, List<Missed> missed, Log log, boolean complete) {
    return new Joined(
        room.id(),
        room.name(),
        room.mode(),
        self.id(),
        room.host(),
        room.locked(),
        room.members().stream().filter(m -> !m.id().equals(self.id())).map(Member::peer).toList(),
        seq,
        missed,
        log.more(),
        complete,
        log.floor());
  }
}
