package io.castmesh.room.rooms;

import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.room.rooms.RoomStore.Committed;
import io.castmesh.room.rooms.RoomStore.Entry;
import io.castmesh.runtime.bus.ClientMessenger;
import io.vertx.core.Future;

/**
 * Tells peers what has happened in their room, and notes in the room how far that has come: what an
 * instance wrote and could not tell any more, another one tells.
 */
final class RoomNews {
  private final RoomStore rooms;
  private final ClientMessenger clients;

  RoomNews(RoomStore rooms, ClientMessenger clients) {
    this.rooms = rooms;
    this.clients = clients;
  }

  /**
   * Whoever has written the change tells of it. Where it is asked for again, the first attempt may
   * have been written by an instance that died before it could tell.
   */
  void tell(Committed change) {
    if (change.again()) {
      tellAgain(change.after(), change.last()).onFailure(away -> {}); // then the sweep finds it
      return;
    }
    if (change.events().isEmpty()) {
      return;
    }
    long seq = change.first();
    for (RoomEvent event : change.events()) {
      tell(change.after(), event.audience(), event.method(), seq++, event.params());
    }
    // Not waited for: at worst something is told twice, with the same number.
    rooms.told(change.after().id(), change.first(), change.last()).onFailure(away -> {});
  }

  private Future<Void> tellAgain(Room room, long seq) {
    return rooms
        .read(room.id())
        .compose(
            read ->
                read == null || read.told() >= seq
                    ? Future.succeededFuture()
                    : rooms
                        .after(room.id(), seq - 1, 1)
                        .onSuccess(log -> log.entries().forEach(entry -> tell(room, entry)))
                        .mapEmpty());
  }

  /** What was written and not told: its instance has died. */
  Future<Void> catchUp(String room) {
    return rooms
        .read(room)
        .compose(
            read ->
                read == null || read.told() >= read.seq()
                    ? Future.succeededFuture()
                    : rooms
                        .after(room, read.told(), RoomStore.LOG_EVENTS)
                        .compose(
                            log -> {
                              log.entries().forEach(entry -> tell(read.room(), entry));
                              return rooms.told(room, read.told() + 1, read.seq());
                            }));
  }

  private void tell(Room room, Entry entry) {
    tell(room, entry.audience(), entry.method(), entry.seq(), entry.params());
  }

  private void tell(Room room, String audience, String method, long seq, String params) {
    clients.toSessions(
        RoomEvent.recipients(audience, room.members()),
        new ClientEvent(method, RoomEvent.numbered(seq, params)));
  }
}
