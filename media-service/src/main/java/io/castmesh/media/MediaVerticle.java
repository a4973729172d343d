package io.castmesh.media;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.media.call.CallsMedia;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.kurento.PipelineSweep;
import io.castmesh.media.kurento.Pipelines;
import io.castmesh.media.kurento.Workers;
import io.castmesh.media.live.LiveList;
import io.castmesh.media.live.Lives;
import io.castmesh.media.recording.Recordings;
import io.castmesh.media.registry.Registry;
import io.castmesh.media.session.MediaSessions;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts media-service on the bus; ready when each media server has been tried once. */
public final class MediaVerticle extends VerticleBase implements KurentoLink.Listener {
  private static final Logger log = LoggerFactory.getLogger(MediaVerticle.class);

  private static final Duration ANNOUNCE_AGAIN = Duration.ofSeconds(5);

  private final Mesh mesh;
  private final MediaConfig config;
  private final String instance = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
  private Workers workers;
  private KurentoLinks links;
  private PipelineSweep pipelineSweep;
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
    MediaSessions sessions =
        new MediaSessions(instance, config.videoKbps(), config.sessionsPerClient(), mesh.clients());
    Recordings recordings =
        new Recordings(vertx, bus, registry, mesh.config().recordingsDir(), config.recordingsUri());
    Pipelines pipelines = new Pipelines(registry, instance);
    workers = new Workers(vertx, config.workers(), config.callDeadline());
    links = new KurentoLinks(config.servers(), this::link);
    pipelineSweep = new PipelineSweep(vertx, registry, pipelines, config.lease().toMillis() * 2);
    lives = new Lives(vertx, bus, mesh.clients(), links, pipelines, sessions, registry, recordings);
    calls = new CallsMedia(links, pipelines, sessions, registry);
    MediaService service = new MediaService(vertx, bus, instance, registry, sessions, lives, calls);
    Upkeep upkeep =
        new Upkeep(
            bus,
            registry,
            sessions,
            lives,
            calls,
            recordings,
            service,
            links,
            config.presenceEvery());
    gauges(mesh.metrics(), pipelines);
    mesh.management()
        .check(
            "kurento",
            () ->
                links.up() > 0
                    ? Future.succeededFuture()
                    : Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception()));
    return recordings
        .verify()
        .compose(writable -> registry.renew())
        .compose(known -> links.start())
        .compose(tried -> serve(bus, service, new LiveList(bus, registry)))
        .onSuccess(served -> keepUp(upkeep, recordings));
  }

  private Future<?> serve(Bus bus, MediaService service, LiveList liveList) {
    return Future.all(
        List.of(
            bus.serve(Media.PUBLISH, service::publish),
            bus.serve(Media.VIEW, service::view),
            bus.serve(Media.VIEW.at(instance), service::viewHere),
            bus.serve(Media.STOP, service::stop),
            bus.serve(Media.STOP.at(instance), lives::stop),
            bus.serve(Media.LEAVE, service::leave),
            bus.serve(Media.LEAVE.at(instance), lives::leave),
            bus.serve(Media.CANDIDATE, service::candidate),
            bus.serve(Media.CANDIDATE.at(instance), service::candidateHere),
            bus.serve(Media.RESTART, service::restart),
            bus.serve(Media.RESTART.at(instance), service::restartHere),
            bus.serve(Media.CALL_CONNECT, service::callConnect),
            bus.serve(Media.CALL_CONNECT.at(instance), service::callConnectHere),
            bus.serve(Media.CALL_END, service::callEnd),
            bus.serve(Media.CALL_END.at(instance), service::callEndHere),
            bus.serve(Media.LIVES, liveList::find),
            bus.listen(Clients.SESSION_ENDED, service::sessionEnded)));
  }

  private void keepUp(Upkeep upkeep, Recordings recordings) {
    every(config.lease().dividedBy(3), "lease", upkeep::renew);
    every(config.lease().dividedBy(3), "dead instances", upkeep::clearUpAfterTheDead);
    every(config.presenceEvery(), "vanished clients", upkeep::findVanishedClients);
    every(ANNOUNCE_AGAIN, "recordings", recordings::announceAgain);
    every(
        config.pipelinesEvery(),
        "pipelines",
        () ->
            Future.join(
                links.all().stream().filter(KurentoLink::up).map(pipelineSweep::run).toList()));
  }

  @Override
  public Future<?> stop() {
    return Future.join(lives.endAll(), calls.endAll())
        .otherwiseEmpty()
        .eventually(links::close)
        .eventually(workers::close);
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
    return new KurentoLink(vertx, workers, url, config.callDeadline(), config.pingEvery(), this);
  }

  private void gauges(MeterRegistry metrics, Pipelines pipelines) {
    metrics.gauge("castmesh.media.lives", lives, Lives::count);
    metrics.gauge("castmesh.media.viewers", lives, Lives::viewers);
    metrics.gauge("castmesh.media.calls", calls, CallsMedia::count);
    metrics.gauge("castmesh.media.pipelines", pipelines, Pipelines::count);
    metrics.gauge("castmesh.media.servers.up", links, KurentoLinks::up);
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
