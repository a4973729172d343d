package io.castmesh.room;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Presence;
import io.castmesh.room.audience.Announcer;
import io.castmesh.room.audience.AudienceService;
import io.castmesh.room.presence.PresenceService;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts room-service on the bus; ready when the whole cluster can ask it. */
public final class RoomVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(RoomVerticle.class);

  private final Mesh mesh;
  private final RoomConfig config;
  private Announcer announcer;

  public RoomVerticle(Mesh mesh, RoomConfig config) {
    this.mesh = mesh;
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Bus bus = mesh.bus();
    PresenceService presence =
        new PresenceService(bus, mesh.redis(), config.presenceLease(), mesh.metrics());
    announcer =
        new Announcer(vertx, mesh.redis(), mesh.clients(), config.joinRate(), mesh.metrics());
    AudienceService audience = new AudienceService(mesh.redis(), mesh.clients(), announcer);
    sweepLater(presence, audience);
    return Future.all(
        List.of(
            bus.serve(Presence.ASSERT, presence::renew),
            bus.serve(Presence.WITHDRAW, presence::withdraw),
            bus.serve(Presence.FIND, presence::find),
            bus.serve(Presence.ALIVE, presence::alive),
            bus.serve(Presence.HOLDERS, presence::holders),
            bus.serve(Presence.LIST, presence::list),
            bus.serve(Presence.BUSY, presence::busy),
            bus.serve(Audience.OPEN, audience::open),
            bus.serve(Audience.CLOSE, audience::close),
            bus.serve(Audience.JOIN, audience::join),
            bus.serve(Audience.LEAVE, audience::leave),
            bus.serve(Audience.MEMBERS, audience::members),
            bus.serve(Audience.SIZES, audience::sizes),
            bus.listen(
                Clients.SESSION_ENDED,
                ended ->
                    quietly(audience.sessionEnded(ended.session().sessionId()), "session end"))));
  }

  @Override
  public Future<?> stop() {
    return announcer.flush();
  }

  /**
   * The first sweep waits for half a lease: while no instance ran nobody could renew, and gateways
   * deserve the chance to say that their sessions live before these are declared dead.
   */
  private void sweepLater(PresenceService presence, AudienceService audience) {
    long first = config.presenceLease().toMillis() / 2;
    long every = config.sweepEvery().toMillis();
    vertx.setPeriodic(first, every, timer -> quietly(presence.sweep(), "presence sweep"));
    vertx.setPeriodic(
        config.presenceLease().toMillis(),
        config.presenceLease().toMillis(),
        timer -> quietly(audience.sweep(), "audience sweep"));
  }

  private static void quietly(Future<?> work, String what) {
    work.onFailure(error -> log.warn("{} failed error={}", what, error.getMessage()));
  }
}
