package io.castmesh.media;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.Nodes;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.PipelineSweep;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.ServerMeters;
import io.castmesh.media.live.LiveList;
import io.castmesh.media.live.Lives;
import io.castmesh.media.ownership.Departure;
import io.castmesh.media.ownership.Router;
import io.castmesh.media.ownership.Succession;
import io.castmesh.media.placement.LoadMeters;
import io.castmesh.media.placement.Placement;
import io.castmesh.media.recording.Recordings;
import io.castmesh.media.registry.EarlyCandidates;
import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.RecordingNews;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.cluster.LoadBoard;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts media-service on the bus; ready when each media server has been tried once. */
public final class MediaVerticle extends VerticleBase implements KurentoLink.Listener {
  private static final Logger log = LoggerFactory.getLogger(MediaVerticle.class);

  private static final Duration ANNOUNCE_AGAIN = Duration.ofSeconds(5);

  /** How often what stands is said again though Redis has lost nothing. */
  private static final Duration ASSERT_AGAIN = Duration.ofSeconds(5);

  private static final Duration LOOK_FOR_THE_DEAD = Duration.ofSeconds(1);

  private static final Duration END_AGAIN = Duration.ofSeconds(1);

  /** What Redis and this instance disagree about is no longer under way after that. */
  private static final Duration RECONCILE = Duration.ofSeconds(5);

  private static final long LOOK_AT_LOAD_MILLIS = 1_000;

  private final Mesh mesh;
  private final MediaConfig config;
  private final String instance = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
  private KurentoLinks links;
  private ServerMeters serverMeters;
  private PipelineSweep pipelineSweep;
  private Instances instances;
  private Succession succession;
  private Departure departure;
  private Lives lives;
  private CallsMedia calls;

  public MediaVerticle(Mesh mesh, MediaConfig config) {
    this.mesh = mesh;
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Bus bus = mesh.bus();
    Registry registry = new Registry(mesh.redis(), instance, config.lease());
    EarlyCandidates early = new EarlyCandidates(mesh.redis(), instance);
    instances = new Instances(mesh.redis(), instance, mesh.node(), config.lease());
    MediaSessions sessions =
        new MediaSessions(config.videoKbps(), config.sessionsPerClient(), mesh.clients());
    Recordings recordings =
        new Recordings(
            vertx,
            bus,
            new RecordingNews(mesh.redis()),
            instance,
            mesh.config().recordingsDir(),
            config.recordingsUri(),
            Metric.RECORDING_ERRORS.counter(mesh.metrics()));
    Pipelines pipelines = new Pipelines(instances);
    serverMeters = new ServerMeters(mesh.metrics());
    links = new KurentoLinks(config.servers(), this::link);
    pipelineSweep = new PipelineSweep(vertx, registry, instances, pipelines);
    Placement placement = new Placement(links, sessions, instances, config.sessionsPerServer());
    lives =
        new Lives(
            vertx,
            bus,
            mesh.clients(),
            links,
            placement,
            pipelines,
            sessions,
            registry,
            early,
            recordings);
    calls = new CallsMedia(vertx, links, placement, pipelines, sessions, registry, early);
    succession =
        new Succession(
            bus,
            registry,
            instances,
            links,
            lives,
            calls,
            () -> quietly(sweep(), "pipelines"),
            Metric.ADOPTED.counters(mesh.metrics()));
    departure = new Departure(vertx, bus, instances, placement, lives, calls, succession);
    Router router = new Router(vertx, bus, registry, succession, instance);
    MediaService service =
        new MediaService(vertx, bus, registry, early, sessions, lives, calls, succession, router);
    Upkeep upkeep =
        new Upkeep(
            bus,
            registry,
            instances,
            placement,
            sessions,
            lives,
            calls,
            service,
            mesh.freeze(),
            config.presenceEvery());
    gauges(mesh.metrics(), mesh.peers().load(), pipelines);
    LoadMeters load = new LoadMeters(placement, config.sessionsPerServer(), mesh.metrics());
    vertx.setPeriodic(LOOK_AT_LOAD_MILLIS, timer -> load.look());
    mesh.management()
        .check(
            "kurento",
            () ->
                links.up() > 0
                    ? Future.succeededFuture()
                    : Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception()));
    return recordings
        .verify()
        .compose(writable -> upkeep.renew())
        .compose(known -> links.start())
        .compose(tried -> serve(bus, service, placement, new LiveList(bus, registry)))
        .onSuccess(served -> keepUp(upkeep, recordings));
  }

  private Future<?> serve(Bus bus, MediaService service, Placement placement, LiveList liveList) {
    return Future.all(
        List.of(
            // Its own address first: whoever learns of this instance asks it there.
            bus.serve(Media.PROBE.at(instance), probe -> Future.succeededFuture(Done.DONE)),
            bus.serve(Media.ADOPT.at(instance), succession::adopt),
            bus.serve(Media.VIEW.at(instance), service::viewHere),
            bus.serve(Media.STOP.at(instance), service::stopHere),
            bus.serve(Media.END_LIVE.at(instance), service::endLiveHere),
            bus.serve(Media.LEAVE.at(instance), service::leaveHere),
            bus.serve(Media.CANDIDATE.at(instance), service::candidateHere),
            bus.serve(Media.RESTART.at(instance), service::restartHere),
            bus.serve(Media.LIST.at(instance), service::listHere),
            bus.serve(Media.CALL_CONNECT.at(instance), service::callConnectHanded),
            bus.serve(Media.CALL_END.at(instance), service::callEndHere),
            bus.serve(Media.PUBLISH, service::publish),
            bus.serve(Media.VIEW, service::view),
            bus.serve(Media.STOP, service::stop),
            bus.serve(Media.END_LIVE, service::endLive),
            bus.serve(Media.END_LIVE_OF, service::endLiveOf),
            bus.serve(Media.LEAVE, service::leave),
            bus.serve(Media.CANDIDATE, service::candidate),
            bus.serve(Media.RESTART, service::restart),
            bus.serve(Media.LIST, service::list),
            bus.serve(Media.CALL_CONNECT, service::callConnect),
            bus.serve(Media.CALL_END, service::callEnd),
            bus.serve(Media.LIVES, liveList::find),
            bus.serve(Media.SERVERS, query -> placement.servers()),
            bus.serve(Media.DRAIN_SERVER, placement::drain),
            bus.listen(Clients.SESSION_ENDED, service::sessionEnded)));
  }

  private void keepUp(Upkeep upkeep, Recordings recordings) {
    every(config.lease().dividedBy(3), "lease", upkeep::renew);
    every(ASSERT_AGAIN, "what stands", upkeep::assertAll);
    every(LOOK_FOR_THE_DEAD, "dead instances", succession::lookForTheDead);
    every(END_AGAIN, "what has ended", upkeep::endAgain);
    every(RECONCILE, "what is mislaid", succession::lookForTheMislaid);
    Context own = vertx.getOrCreateContext();
    mesh.peers()
        .onDied(
            node ->
                own.runOnContext(
                    died -> quietly(succession.died(node.node()), "instances of a dead node")));
    every(config.presenceEvery(), "vanished clients", upkeep::findVanishedClients);
    every(ANNOUNCE_AGAIN, "recordings", recordings::announceAgain);
    every(config.pipelinesEvery(), "pipelines", this::sweep);
  }

  private Future<?> sweep() {
    return Future.join(
        links.all().stream().filter(KurentoLink::up).map(pipelineSweep::run).toList());
  }

  /** What is here goes to other instances, while its media flows on. */
  @Override
  public Future<?> stop() {
    if (departure == null) {
      return Future.succeededFuture();
    }
    return departure
        .leave()
        .otherwiseEmpty()
        .compose(left -> instances.leave())
        .otherwiseEmpty()
        .eventually(links::close);
  }

  @Override
  public void onUp(KurentoLink link) {
    quietly(pipelineSweep.run(link), "pipelines");
  }

  @Override
  public void onLost(KurentoLink link) {
    lives.lost(link);
    calls.lost(link);
  }

  private KurentoLink link(String url) {
    return new KurentoLink(
        vertx,
        config.workers(),
        url,
        config.callDeadline(),
        config.pingEvery(),
        this,
        serverMeters);
  }

  /** Viewers are counted here: whoever scrapes, and the beat, are on other threads. */
  private void gauges(MeterRegistry metrics, LoadBoard load, Pipelines pipelines) {
    AtomicInteger viewers = new AtomicInteger();
    vertx.setPeriodic(Nodes.BEAT_EVERY.toMillis(), timer -> viewers.set(lives.viewers()));
    Metric.LIVES.gauge(metrics, lives, Lives::count);
    Metric.VIEWERS.gauge(metrics, viewers, AtomicInteger::get);
    Metric.MEDIA_CALLS.gauge(metrics, calls, CallsMedia::count);
    Metric.PIPELINES.gauge(metrics, pipelines, Pipelines::count);
    load.count(LoadBoard.Figure.LIVES, lives::count);
    load.count(LoadBoard.Figure.VIEWERS, viewers::get);
    load.count(LoadBoard.Figure.CALLS, calls::count);
  }

  /** A round that has not ended yet is not started again. */
  private void every(Duration period, String what, Supplier<Future<?>> round) {
    AtomicBoolean running = new AtomicBoolean();
    vertx.setPeriodic(
        period.toMillis(),
        timer -> {
          if (running.compareAndSet(false, true)) {
            quietly(round.get().onComplete(done -> running.set(false)), what);
          }
        });
  }

  private static void quietly(Future<?> work, String what) {
    work.onFailure(error -> log.warn("{} failed error={}", what, error.toString()));
  }
}
