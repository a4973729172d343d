package io.castmesh.gateway.rpc;

import io.castmesh.contract.Rooms;
import io.castmesh.gateway.session.Session;
import io.castmesh.runtime.Ids;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** The methods of rooms, as lines of {@link RpcMethods}. */
final class RoomMethods {
  private final Bus bus;

  RoomMethods(Bus bus) {
    this.bus = bus;
  }

  void addTo(BiConsumer<String, BiFunction<Session, JsonObject, Future<?>>> methods) {
    methods.accept("room.join", this::join);
    methods.accept(
        "room.leave",
        (s, p) -> bus.ask(Rooms.LEAVE, new Rooms.OfRoom(s.caller(), p.getString("roomId"))));
    methods.accept(
        "room.lock",
        (s, p) ->
            bus.ask(
                Rooms.LOCK,
                new Rooms.Lock(s.caller(), p.getString("roomId"), p.getBoolean("locked", true))));
    methods.accept("room.kick", (s, p) -> bus.ask(Rooms.KICK, ofPeer(s, p)));
    methods.accept("room.host", (s, p) -> bus.ask(Rooms.HOST, ofPeer(s, p)));
    methods.accept(
        "room.signal",
        (s, p) ->
            bus.ask(
                Rooms.SIGNAL,
                new Rooms.Signal(
                    s.caller(),
                    p.getString("roomId"),
                    p.getString("to"),
                    p.getString("kind"),
                    Json.encode(p.getValue("payload")),
                    once(p.getString("clientId")))));
    methods.accept(
        "room.data",
        (s, p) ->
            bus.ask(
                Rooms.DATA,
                new Rooms.Data(
                    s.caller(),
                    p.getString("roomId"),
                    p.getString("to"),
                    p.getString("topic"),
                    Json.encode(p.getValue("payload")),
                    once(p.getString("clientId")))));
    methods.accept("room.list", (s, p) -> bus.ask(Rooms.LIST, new Rooms.OfSession(s.caller())));
  }

  private Future<?> join(Session session, JsonObject p) {
    return bus.ask(
            Rooms.JOIN,
            new Rooms.Join(
                session.caller(),
                p.getString("roomId"),
                p.getString("name"),
                p.getString("password"),
                p.getString("mode"),
                p.getLong("after"),
                once(null)))
        .map(RoomMethods::answer);
  }

  /** What was missed reads like the notifications that it stands for. */
  private static JsonObject answer(Rooms.Joined joined) {
    JsonObject answer = new JsonObject(io.castmesh.runtime.bus.Json.text(joined));
    JsonArray missed = new JsonArray();
    for (Rooms.Missed event : joined.missed()) {
      missed.add(
          new JsonObject()
              .put("method", event.method())
              .put("params", new JsonObject(event.params())));
    }
    return answer.put("missed", missed);
  }

  private static Rooms.OfPeer ofPeer(Session session, JsonObject p) {
    return new Rooms.OfPeer(session.caller(), p.getString("roomId"), p.getString("peer"));
  }

  /** A request that the bus has to ask twice is one request all the same. */
  private static String once(String clientId) {
    return clientId == null ? Ids.fresh() : clientId;
  }
}
