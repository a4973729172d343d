package io.castmesh.room.rooms;

import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Rooms.All;
import io.castmesh.contract.Rooms.AllQuery;
import io.castmesh.contract.Rooms.Attended;
import io.castmesh.contract.Rooms.Close;
import io.castmesh.contract.Rooms.Remove;
import io.castmesh.contract.User;
import io.castmesh.room.rooms.Room.Step;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What administrators do with rooms: look at all of them, end one, take a person out of all.
 *
 * <p>Belongs to the event loop of its verticle; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class RoomModeration {
  private static final String REASON = "moderated";
  private static final int PAGE_SIZE = 100;

  private final RoomStore rooms;
  private final RoomNews news;
  private final Turns turns;

  RoomModeration(RoomStore rooms, RoomNews news, Turns turns) {
    this.rooms = rooms;
    this.news = news;
    this.turns = turns;
  }

  public Future<All> all(AllQuery query) {
    if (query.page() < 0 || query.size() < 1 || query.size() > PAGE_SIZE) {
      throw Failure.INVALID_REQUEST.exception("page: from 0; size: from 1 to " + PAGE_SIZE);
    }
    long from = (long) query.page() * query.size();
    return rooms
        .newest(from, from + query.size() - 1)
        .compose(
            part -> {
              List<Attended> items = new ArrayList<>();
              Future<Void> all = Future.succeededFuture();
              for (String id : part.ids()) {
                all =
                    all.compose(before -> rooms.read(id))
                        .map(
                            read -> {
                              if (read != null) {
                                items.add(attended(read.room()));
                              }
                              return null;
                            });
              }
              return all.map(
                  done -> new All(List.copyOf(items), query.page(), query.size(), part.total()));
            });
  }

  private static Attended attended(Room room) {
    Map<String, User> people = new LinkedHashMap<>();
    User host = null;
    for (Member member : room.members()) {
      people.putIfAbsent(member.user().id(), member.user());
      host = member.id().equals(room.host()) ? member.user() : host;
    }
    return new Attended(room.summary(), host, List.copyOf(people.values()));
  }

  /** Fails with {@code ROOM_NOT_FOUND}. */
  public Future<Done> close(Close request) {
    RoomService.checkNumber(request.roomId());
    return change(
            request.roomId(),
            room -> {
              if (room == null) {
                throw Failure.ROOM_NOT_FOUND.exception();
              }
              return room.close();
            })
        .map(Done.DONE);
  }

  public Future<Done> remove(Remove request) {
    return rooms
        .ofUser(request.userId())
        .compose(
            ids -> {
              List<Future<Void>> all = new ArrayList<>();
              ids.forEach(id -> all.add(change(id, room -> without(room, request.userId()))));
              return Future.join(all);
            })
        .map(Done.DONE);
  }

  private static Step without(Room room, String userId) {
    List<Member> gone =
        room == null
            ? List.of()
            : room.members().stream().filter(m -> m.user().id().equals(userId)).toList();
    return gone.isEmpty() ? new Step(room, List.of()) : room.leave(gone, REASON);
  }

  private Future<Void> change(String id, Function<Room, Step> change) {
    return turns.take(id, () -> rooms.change(id, null, change).onSuccess(news::tell)).mapEmpty();
  }
}
