package io.castmesh.room.rooms;

import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to rooms though nobody says so: sessions end or vanish, instances die before they
 * have told what they wrote, Redis loses everything. Every instance watches all rooms.
 *
 * <p>Belongs to the event loop of its verticle.
 */
public final class RoomWatch {
  private static final Logger log = LoggerFactory.getLogger(RoomWatch.class);

  /** Rooms in one script: some milliseconds of Redis's only thread. */
  private static final int AT_ONCE = 200;

  private static final String UNTOLD = "-";

  private record Lost(String room, String peer) {}

  private final RoomStore rooms;
  private final RoomNews news;
  private final Turns turns;
  private final Duration grace;
  private final Clock clock;
  private final Map<Lost, Instant> missing = new HashMap<>();

  /**
   * @param grace how long a session must be seen to have no lease: its gateway may be about to say
   *     that it holds it
   */
  RoomWatch(RoomStore rooms, RoomNews news, Turns turns, Duration grace, Clock clock) {
    this.rooms = rooms;
    this.news = news;
    this.turns = turns;
    this.grace = grace;
    this.clock = clock;
  }

  /** To be done before anybody is answered. */
  public Future<Void> begin() {
    return rooms.begin();
  }

  /** A session is over: it is in no room any more. */
  public Future<Void> sessionEnded(String sessionId) {
    return rooms
        .ofSession(sessionId)
        .compose(
            ids -> {
              List<Future<Void>> all = new ArrayList<>();
              ids.forEach(
                  id ->
                      all.add(
                          gone(
                              id,
                              room ->
                                  room.members().stream()
                                      .filter(m -> m.isOf(sessionId))
                                      .toList())));
              return Future.join(all).mapEmpty();
            });
  }

  private interface Choice {
    List<Member> of(Room room);
  }

  private Future<Void> gone(String id, Choice choice) {
    return turns
        .take(
            id,
            () ->
                rooms
                    .change(
                        id,
                        null,
                        room -> {
                          List<Member> gone = room == null ? List.of() : choice.of(room);
                          return gone.isEmpty()
                              ? new Room.Step(room, List.of())
                              : room.leave(gone, "gone");
                        })
                    .onSuccess(news::tell))
        .mapEmpty();
  }

  /** Redis has come back empty. */
  public Future<Integer> restore() {
    missing.clear();
    return rooms.restore();
  }

  /**
   * Tells what was written and not told, and gives up copies that are old.
   *
   * @param leasesCount whether sessions without a lease are known to be gone: then they leave
   */
  public Future<Void> sweep(boolean leasesCount) {
    Set<Lost> lost = new HashSet<>();
    return sweep(0, lost)
        .compose(
            done -> {
              if (!leasesCount) {
                missing.clear();
                return Future.succeededFuture();
              }
              return leave(lost);
            })
        .compose(done -> rooms.compare());
  }

  private Future<Void> sweep(int from, Set<Lost> lost) {
    return rooms
        .sweep(from, from + AT_ONCE - 1)
        .compose(
            found -> {
              Future<Void> all = Future.succeededFuture();
              for (int i = 1; i < found.size(); i += 2) {
                String room = found.get(i);
                if (found.get(i + 1).equals(UNTOLD)) {
                  log.info("telling what another instance could not room={}", room);
                  all = all.compose(done -> turns.take(room, () -> news.catchUp(room)));
                } else {
                  lost.add(new Lost(room, found.get(i + 1)));
                }
              }
              int next = from + AT_ONCE;
              return next < Integer.parseInt(found.get(0))
                  ? all.compose(done -> sweep(next, lost))
                  : all;
            });
  }

  private Future<Void> leave(Set<Lost> lost) {
    Instant now = clock.instant();
    missing.keySet().retainAll(lost);
    lost.forEach(one -> missing.putIfAbsent(one, now));
    Future<Void> all = Future.succeededFuture();
    for (Map.Entry<Lost, Instant> entry : Map.copyOf(missing).entrySet()) {
      if (!entry.getValue().plus(grace).isAfter(now)) {
        Lost one = entry.getKey();
        log.info("peer without a session taken out room={}", one.room());
        all =
            all.compose(
                done ->
                    gone(
                        one.room(),
                        room ->
                            room.members().stream()
                                .filter(m -> m.id().equals(one.peer()))
                                .toList()));
      }
    }
    return all;
  }
}
