package io.castmesh.gateway.http;

import io.castmesh.contract.Rooms;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.http.HttpMethod;

/** Rooms that wait for their first peer, and those that a person has made or is in. */
final class RoomRoutes {
  private static final String PATH = "/api/v1/rooms";

  private final Bus bus;

  RoomRoutes(Bus bus) {
    this.bus = bus;
  }

  void mount(Api api) {
    api.signedIn(
        HttpMethod.GET,
        PATH,
        200,
        (ctx, who) -> bus.ask(Rooms.OF_USER, new Rooms.OfUser(api.caller(ctx, who))));
    api.speakingBody(
        HttpMethod.POST,
        PATH,
        "NewRoom",
        201,
        (ctx, who, body) ->
            bus.ask(
                Rooms.CREATE,
                new Rooms.Create(
                    api.caller(ctx, who),
                    body.getString("name"),
                    body.getString("password"),
                    body.getString("mode"))));
  }
}
