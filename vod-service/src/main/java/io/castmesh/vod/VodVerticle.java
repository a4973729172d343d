package io.castmesh.vod;

import io.castmesh.contract.Media;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.contract.Videos;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.store.Migrations;
import io.castmesh.vod.content.ContentServer;
import io.castmesh.vod.library.VideoService;
import io.castmesh.vod.library.VideoStore;
import io.castmesh.vod.place.Places;
import io.castmesh.vod.recording.Claims;
import io.castmesh.vod.recording.MediaTools;
import io.castmesh.vod.recording.RecordingFolder;
import io.castmesh.vod.recording.Registrar;
import io.castmesh.vod.recording.Rounds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts vod-service on the bus; ready when its table and the folder stand, bytes are served and the
 * whole cluster can ask it.
 */
public final class VodVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(VodVerticle.class);

  private static final long FIRST_ROUND_MS = 1000;

  private final Mesh mesh;
  private final VodConfig config;
  private ContentServer content;
  private MediaTools tools;
  private Registrar registrar;
  private Rounds rounds;
  private boolean roundGoesOn;

  public VodVerticle(Mesh mesh, VodConfig config) {
    this.mesh = mesh;
    this.config = config;
  }

  @Override
  public Future<?> start() {
    VideoStore videos = new VideoStore(mesh.mysql());
    RecordingFolder folder = new RecordingFolder(vertx, mesh.config().recordingsDir());
    tools = new MediaTools(vertx, mesh.config().dataDir().resolve("cache").resolve("ffmpeg"));
    Claims claims = new Claims(vertx, mesh.redis(), mesh.node(), this::isGone);
    registrar =
        new Registrar(
            folder, tools, videos, new Places(vertx), claims, mesh.clients(), mesh.metrics());
    rounds = new Rounds(folder, registrar, videos, mesh.bus(), Clock.systemUTC(), mesh.metrics());
    mesh.redis().onEmptied(rounds::emptied);
    mesh.peers()
        .onDied(
            node ->
                context.runOnContext(
                    died -> claims.heldBy(node.node()).forEach(held -> rounds.told(held))));
    content = new ContentServer(vertx, videos, folder, mesh.metrics(), mesh.tracing());
    VideoService service = new VideoService(videos, folder, content::source);
    return Future.all(
            Migrations.run(vertx, mesh.config().mysqlUrl(), "vod"),
            folder.create(),
            content.start(config.httpHost(), config.httpPort(), config.advertisedHost()))
        .compose(ready -> serve(service))
        .onSuccess(
            served ->
                vertx.setPeriodic(
                    FIRST_ROUND_MS, config.scanInterval().toMillis(), timer -> round()));
  }

  private boolean isGone(String node) {
    return mesh.peers().hasDied(node) || mesh.bus().hasLeft(node);
  }

  private Future<?> serve(VideoService service) {
    Bus bus = mesh.bus();
    return Future.all(
        List.of(
            bus.serve(Videos.LIST, service::list),
            bus.serve(Videos.GET, service::get),
            bus.serve(Videos.UPDATE, service::update),
            bus.serve(Videos.DELETE, service::delete),
            bus.serve(Videos.REMOVE, service::remove),
            bus.serve(Videos.SOURCE, service::source),
            bus.listen(Media.RECORDING_ENDED, this::register)));
  }

  @Override
  public Future<?> stop() {
    tools.stop();
    return Future.join(content.stop(), registrar.close()).eventually(tools::close);
  }

  private void register(RecordingEnded ended) {
    rounds.told(
        new RecordingTicket(
            ended.liveId(),
            ended.owner(),
            ended.title(),
            ended.file(),
            ended.startedAt(),
            ended.address()));
  }

  /** A round that goes on is not joined by another. */
  private void round() {
    if (roundGoesOn) {
      return;
    }
    roundGoesOn = true;
    rounds
        .go()
        .onComplete(done -> roundGoesOn = false)
        .onFailure(error -> log.warn("round failed error={}", error.toString()));
  }
}
