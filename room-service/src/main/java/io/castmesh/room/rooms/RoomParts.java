package io.castmesh.room.rooms;

import io.castmesh.room.RoomConfig;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.metrics.Metric;
import io.vertx.core.Vertx;
import java.time.Clock;

/** The parts of the rooms, put together: for the verticle. */
public record RoomParts(
    Entrance entrance, RoomService service, RoomModeration moderation, RoomWatch watch) {

  public static RoomParts of(Vertx vertx, Mesh mesh, RoomConfig config) {
    Clock clock = Clock.systemUTC();
    RoomConfig.Rooms settings = config.rooms();
    RoomCopies copies = new RoomCopies(clock, settings.emptyFor());
    Metric.ROOM_COPIES.gauge(mesh.metrics(), copies, RoomCopies::size);
    RoomStore rooms = new RoomStore(mesh.redis(), copies, settings.emptyFor());
    RoomNews news = new RoomNews(rooms, mesh.clients());
    RoomNumbers numbers = new RoomNumbers(mesh.redis());
    RoomPasswords passwords = new RoomPasswords(vertx);
    Turns turns = new Turns();
    return new RoomParts(
        new Entrance(rooms, news, numbers, passwords, turns, settings.meshSize(), clock),
        new RoomService(rooms, news, numbers, passwords, turns, settings.payloadBytes(), clock),
        new RoomModeration(rooms, news, turns),
        new RoomWatch(rooms, news, turns, config.sweepEvery().multipliedBy(2), clock));
  }
}
