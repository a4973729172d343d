package io.castmesh.room.rooms;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Rooms;
import io.castmesh.contract.Rooms.Create;
import io.castmesh.contract.Rooms.Data;
import io.castmesh.contract.Rooms.Lock;
import io.castmesh.contract.Rooms.Membership;
import io.castmesh.contract.Rooms.Mine;
import io.castmesh.contract.Rooms.OfPeer;
import io.castmesh.contract.Rooms.OfRoom;
import io.castmesh.contract.Rooms.OfSession;
import io.castmesh.contract.Rooms.OfUser;
import io.castmesh.contract.Rooms.RoomList;
import io.castmesh.contract.Rooms.Sent;
import io.castmesh.contract.Rooms.Signal;
import io.castmesh.room.rooms.Room.Step;
import io.castmesh.room.rooms.RoomStore.Committed;
import io.castmesh.runtime.Ids;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What people do in rooms. All state is in Redis; the work of one room is done in the order in
 * which it came.
 *
 * <p>Belongs to the event loop of its verticle; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class RoomService {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{6,9}");
  private static final Pattern CLIENT_ID = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

  /** A session description may be as long; a candidate never is. */
  private static final int SIGNAL_BYTES = 65_536;

  private static final int LISTED = 100;

  private final RoomStore rooms;
  private final RoomNews news;
  private final RoomNumbers numbers;
  private final RoomPasswords passwords;
  private final Turns turns;
  private final int payloadBytes;
  private final Clock clock;

  /**
   * @param payloadBytes the largest payload of room.data
   */
  RoomService(
      RoomStore rooms,
      RoomNews news,
      RoomNumbers numbers,
      RoomPasswords passwords,
      Turns turns,
      int payloadBytes,
      Clock clock) {
    this.rooms = rooms;
    this.news = news;
    this.numbers = numbers;
    this.passwords = passwords;
    this.turns = turns;
    this.payloadBytes = payloadBytes;
    this.clock = clock;
  }

  static void checkNumber(String id) {
    if (id == null || !NUMBER.matcher(id).matches()) {
      throw Failure.INVALID_PARAMS.exception("roomId: six to nine digits");
    }
  }

  public Future<Done> leave(OfRoom request) {
    return change(
            request.roomId(),
            null,
            room ->
                room == null
                    ? null
                    : room.member(request.caller().sessionId())
                        .map(member -> room.leave(List.of(member), "left"))
                        .orElse(null))
        .map(Done.DONE);
  }

  public Future<Done> lock(Lock request) {
    return change(
            request.roomId(),
            null,
            room -> {
              existing(room).hosted(request.caller());
              return room.lock(request.locked());
            })
        .map(Done.DONE);
  }

  public Future<Done> host(OfPeer request) {
    return change(
            request.roomId(),
            null,
            room -> {
              existing(room).hosted(request.caller());
              return room.host(room.peer(request.peer()));
            })
        .map(Done.DONE);
  }

  public Future<Done> kick(OfPeer request) {
    return change(
            request.roomId(),
            null,
            room -> {
              existing(room).hosted(request.caller());
              Member peer = room.peer(request.peer());
              if (peer.user().id().equals(request.caller().userId())) {
                throw Failure.INVALID_PARAMS.exception("peer: that is you");
              }
              return room.kick(peer.user());
            })
        .map(Done.DONE);
  }

  public Future<Sent> signal(Signal request) {
    checkPayload(request.payload(), SIGNAL_BYTES);
    return send(
        request.caller(),
        request.roomId(),
        request.clientId(),
        (room, self) ->
            RoomEvent.signal(
                room.id(), self, room.peer(request.to()), request.kind(), request.payload()));
  }

  public Future<Sent> data(Data request) {
    checkPayload(request.payload(), payloadBytes);
    return send(
        request.caller(),
        request.roomId(),
        request.clientId(),
        (room, self) ->
            RoomEvent.data(
                room.id(),
                self,
                request.to() == null ? null : room.peer(request.to()),
                request.topic(),
                request.payload()));
  }

  private interface Making {
    RoomEvent make(Room room, Member self);
  }

  private Future<Sent> send(Caller caller, String roomId, String clientId, Making making) {
    if (clientId != null && !CLIENT_ID.matcher(clientId).matches()) {
      throw Failure.INVALID_PARAMS.exception("clientId: letters, digits and _.:-");
    }
    String sender = clientId == null ? null : caller.sessionId() + ":" + clientId;
    Instant inTime = clock.instant().plus(Rooms.DATA.deadline());
    return change(
            roomId,
            sender,
            room -> {
              if (room == null) {
                // Nobody learns which numbers are in use.
                throw Failure.NOT_IN_ROOM.exception();
              }
              if (clock.instant().isAfter(inTime)) {
                // The sender has been told so, and may have sent it again.
                throw Failure.TIMEOUT.exception();
              }
              return new Step(room, List.of(making.make(room, room.of(caller))));
            })
        .map(done -> new Sent(done.last()));
  }

  private static void checkPayload(String payload, int most) {
    if (payload.getBytes(StandardCharsets.UTF_8).length > most) {
      throw Failure.MESSAGE_TOO_LARGE.exception("payload: at most " + most + " bytes");
    }
  }

  private static Room existing(Room room) {
    if (room == null) {
      throw Failure.NOT_IN_ROOM.exception();
    }
    return room;
  }

  /** In its turn, and told. Null of the change means that there is nothing to do. */
  private Future<Committed> change(String id, String sender, Function<Room, Step> change) {
    checkNumber(id);
    return turns.take(
        id,
        () ->
            rooms
                .change(
                    id,
                    sender,
                    room -> {
                      Step step = change.apply(room);
                      return step == null ? new Step(room, List.of()) : step;
                    })
                .onSuccess(news::tell));
  }

  /** Where a session is. */
  public Future<Mine> list(OfSession request) {
    String session = request.caller().sessionId();
    return rooms
        .ofSession(session)
        .compose(this::read)
        .map(
            all -> {
              List<Membership> items = new ArrayList<>();
              for (RoomStore.Read read : all) {
                Room room = read.room();
                room.member(session)
                    .ifPresent(
                        self ->
                            items.add(
                                new Membership(
                                    room.id(),
                                    room.name(),
                                    room.mode(),
                                    self.id(),
                                    room.host(),
                                    room.locked(),
                                    room.members().size(),
                                    read.seq())));
              }
              return new Mine(List.copyOf(items));
            });
  }

  /** What a person has made or is in: the first so many. */
  public Future<RoomList> ofUser(OfUser request) {
    String user = request.caller().userId();
    return rooms
        .ofUser(user)
        .compose(ids -> theirs(user, ids, List.of()))
        .map(theirs -> new RoomList(theirs.stream().map(Room::summary).toList()));
  }

  /** Numbers of rooms that are over are among them; those are forgotten. */
  private Future<List<Room>> theirs(String user, List<String> ids, List<Room> found) {
    if (ids.isEmpty() || found.size() >= LISTED) {
      return Future.succeededFuture(found.subList(0, Math.min(found.size(), LISTED)));
    }
    List<String> some = ids.subList(0, Math.min(ids.size(), LISTED));
    return read(some)
        .compose(
            all -> {
              List<Room> theirs =
                  all.stream()
                      .map(RoomStore.Read::room)
                      .filter(room -> concerns(room, user))
                      .toList();
              List<String> kept = theirs.stream().map(Room::id).toList();
              some.stream()
                  .filter(id -> !kept.contains(id))
                  .forEach(id -> rooms.forget(user, id).onFailure(away -> {}));
              List<Room> more = new ArrayList<>(found);
              more.addAll(theirs);
              return theirs(user, ids.subList(some.size(), ids.size()), more);
            });
  }

  private static boolean concerns(Room room, String user) {
    return user.equals(room.owner())
        || room.members().stream().anyMatch(m -> m.user().id().equals(user));
  }

  private Future<List<RoomStore.Read>> read(List<String> ids) {
    Future<List<RoomStore.Read>> all = Future.succeededFuture(new ArrayList<>());
    for (String id : ids) {
      all =
          all.compose(
              list ->
                  rooms
                      .read(id)
                      .map(
                          read -> {
                            if (read != null) {
                              list.add(read);
                            }
                            return list;
                          }));
    }
    return all;
  }

  /** A room with a number, in which nobody is yet. */
  public Future<io.castmesh.contract.Rooms.Room> create(Create request) {
    String owner = request.caller().userId();
    return numbers
        .take(owner, null)
        .compose(
            id ->
                passwords
                    .hash(request.password())
                    .compose(
                        hash ->
                            change(
                                id,
                                null,
                                room -> {
                                  if (room != null) {
                                    throw Failure.UNAVAILABLE.exception();
                                  }
                                  Room made =
                                      Room.fresh(
                                          id,
                                          request.name() == null ? "" : request.name(),
                                          "mesh",
                                          owner,
                                          hash,
                                          clock.instant());
                                  return new Step(made, List.of());
                                })))
        .map(done -> done.after().summary());
  }

  /** A peer id: nobody can guess one, or learn a session's id from it. */
  static String freshPeer() {
    return Ids.fresh();
  }
}
