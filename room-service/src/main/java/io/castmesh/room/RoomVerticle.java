package io.castmesh.room;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Rooms;
import io.castmesh.room.audience.Announcer;
import io.castmesh.room.audience.AudienceService;
import io.castmesh.room.presence.PresenceSearch;
import io.castmesh.room.presence.PresenceService;
import io.castmesh.room.rooms.RoomParts;
import io.castmesh.room.rooms.RoomService;
import io.castmesh.room.rooms.RoomWatch;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.redis.client.Command;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts room-service on the bus; ready when the whole cluster can ask it. */
public final class RoomVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(RoomVerticle.class);

  /** A command to Redis takes no longer; see {@code RedisStore}. */
  private static final Duration REDIS_SLOW = Duration.ofSeconds(6);

  /** In the length of a lease: viewers who vanished are noticed within a minute. */
  private static final int AUDIENCE_SWEEPS = 4;

  private final Mesh mesh;
  private final RoomConfig config;
  private Announcer announcer;
  private LeaseTrust trust;

  public RoomVerticle(Mesh mesh, RoomConfig config) {
    this.mesh = mesh;
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Bus bus = mesh.bus();
    Clock clock = Clock.systemUTC();
    trust =
        new LeaseTrust(
            config.presenceLease().dividedBy(2), config.sweepEvery().plus(REDIS_SLOW), clock);
    PresenceService presence =
        new PresenceService(bus, mesh.redis(), config.presenceLease(), mesh.metrics());
    announcer =
        new Announcer(vertx, mesh.redis(), mesh.clients(), config.joinRate(), mesh.metrics());
    AudienceService audience = new AudienceService(mesh.redis(), mesh.clients(), announcer);
    RoomParts rooms = RoomParts.of(vertx, mesh, config);
    watch(presence, audience, rooms.watch());
    mesh.redis()
        .onEmptied(
            () -> {
              trust.lost();
              quietly(rooms.watch().restore(), "putting rooms back");
            });
    return rooms.watch().begin().compose(begun -> serve(presence, audience, rooms));
  }

  private Future<?> serve(PresenceService presence, AudienceService audience, RoomParts rooms) {
    List<Future<?>> serving = new ArrayList<>();
    serving.addAll(serve(presence));
    serving.addAll(serve(audience));
    serving.addAll(serve(rooms));
    serving.add(
        mesh.bus()
            .listen(
                Clients.SESSION_ENDED,
                ended -> {
                  String session = ended.session().sessionId();
                  quietly(audience.sessionEnded(session), "session end in audiences");
                  quietly(rooms.watch().sessionEnded(session), "session end in rooms");
                }));
    return Future.all(serving);
  }

  private List<Future<?>> serve(PresenceService presence) {
    Bus bus = mesh.bus();
    return List.of(
        bus.serve(Presence.ASSERT, presence::renew),
        bus.serve(Presence.WITHDRAW, presence::withdraw),
        bus.serve(Presence.FIND, presence::find),
        bus.serve(Presence.ALIVE, presence::alive),
        bus.serve(Presence.HOLDERS, presence::holders),
        bus.serve(Presence.LIST, presence::list),
        bus.serve(Presence.SEARCH, new PresenceSearch(mesh.redis())::find),
        bus.serve(Presence.BUSY, presence::busy));
  }

  private List<Future<?>> serve(AudienceService audience) {
    Bus bus = mesh.bus();
    return List.of(
        bus.serve(Audience.OPEN, audience::open),
        bus.serve(Audience.CLOSE, audience::close),
        bus.serve(Audience.JOIN, audience::join),
        bus.serve(Audience.LEAVE, audience::leave),
        bus.serve(Audience.MEMBERS, audience::members),
        bus.serve(Audience.SIZES, audience::sizes));
  }

  private List<Future<?>> serve(RoomParts rooms) {
    Bus bus = mesh.bus();
    RoomService service = rooms.service();
    return List.of(
        bus.serve(Rooms.JOIN, rooms.entrance()::join),
        bus.serve(Rooms.LEAVE, service::leave),
        bus.serve(Rooms.LOCK, service::lock),
        bus.serve(Rooms.KICK, service::kick),
        bus.serve(Rooms.HOST, service::host),
        bus.serve(Rooms.SIGNAL, service::signal),
        bus.serve(Rooms.DATA, service::data),
        bus.serve(Rooms.LIST, service::list),
        bus.serve(Rooms.CREATE, service::create),
        bus.serve(Rooms.OF_USER, service::ofUser),
        bus.serve(Rooms.ALL, rooms.moderation()::all),
        bus.serve(Rooms.CLOSE, rooms.moderation()::close),
        bus.serve(Rooms.REMOVE, rooms.moderation()::remove));
  }

  @Override
  public Future<?> stop() {
    return announcer.flush();
  }

  /** Looks for what nobody tells; what leases say counts only while they can be trusted. */
  private void watch(PresenceService presence, AudienceService audience, RoomWatch rooms) {
    every(
        config.sweepEvery(),
        () ->
            mesh.redis()
                .run(Command.TIME)
                .onSuccess(answered -> trust.reachable())
                .onFailure(away -> trust.lost())
                .compose(
                    time ->
                        trust.holds()
                            ? presence.sweep(time.get(0).toLong() * 1000)
                            : Future.<Void>succeededFuture())
                .compose(swept -> presence.tellTheUntold())
                .compose(told -> rooms.sweep(trust.holds())),
        "sweep");
    every(
        config.presenceLease().dividedBy(AUDIENCE_SWEEPS),
        () -> trust.holds() ? audience.sweep() : Future.succeededFuture(),
        "audience sweep");
  }

  /** A round that has not ended yet is not started again. */
  private void every(Duration pause, Supplier<Future<Void>> round, String what) {
    AtomicBoolean running = new AtomicBoolean();
    vertx.setPeriodic(
        pause.toMillis(),
        timer -> {
          if (running.compareAndSet(false, true)) {
            quietly(round.get().onComplete(done -> running.set(false)), what);
          }
        });
  }

  private static void quietly(Future<?> work, String what) {
    work.onFailure(error -> log.warn("{} failed error={}", what, error.getMessage()));
  }
}
