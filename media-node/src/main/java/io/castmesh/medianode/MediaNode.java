package io.castmesh.medianode;

import io.castmesh.medianode.engine.EngineStats;
import io.castmesh.medianode.engine.MediaEngine;
import io.castmesh.medianode.engine.rtc.RtcEngine;
import io.castmesh.medianode.kurento.KurentoLimits;
import io.castmesh.medianode.kurento.KurentoServer;
import io.castmesh.medianode.kurento.Rehearsal;
import io.castmesh.medianode.kurento.object.KurentoCounts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;

/**
 * A media server in this JVM: the engine and, in front of it, the Kurento protocol. Started by
 * {@link #start}, stopped by {@link #close()}, which finishes recordings. Any thread.
 */
public final class MediaNode {
  private final Vertx vertx;
  private final MediaEngine engine;
  private final KurentoServer server;
  private final KurentoCounts control;
  private final String deploymentId;

  private MediaNode(Vertx vertx, MediaEngine engine, KurentoServer server, String deploymentId) {
    this.vertx = vertx;
    this.engine = engine;
    this.server = server;
    this.control = server.counts();
    this.deploymentId = deploymentId;
  }

  /** Completes when both the media port and the control port are bound. */
  public static Future<MediaNode> start(Vertx vertx, MediaNodeConfig config) {
    return start(vertx, config, KurentoLimits.defaults());
  }

  /** The same with other bounds than the default ones. */
  public static Future<MediaNode> start(Vertx vertx, MediaNodeConfig config, KurentoLimits limits) {
    return vertx
        .executeBlocking(() -> RtcEngine.start(config))
        .compose(
            engine ->
                Rehearsal.once(vertx, engine, limits)
                    .compose(rehearsed -> serve(vertx, config, limits, engine)));
  }

  /**
   * The same in front of another engine.
   *
   * @param engineStart may block; the engine it returns is closed with the node
   */
  public static Future<MediaNode> start(
      Vertx vertx,
      MediaNodeConfig config,
      KurentoLimits limits,
      Callable<MediaEngine> engineStart) {
    return vertx
        .executeBlocking(engineStart)
        .compose(engine -> serve(vertx, config, limits, engine));
  }

  private static Future<MediaNode> serve(
      Vertx vertx, MediaNodeConfig config, KurentoLimits limits, MediaEngine engine) {
    KurentoServer server =
        new KurentoServer(
            config.controlHost(), config.controlPort(), config.allowedOrigins(), limits, engine);
    return vertx
        .deployVerticle(server)
        .map(id -> new MediaNode(vertx, engine, server, id))
        .recover(cause -> stopped(vertx, engine).transform(ignored -> Future.failedFuture(cause)));
  }

  /** The bound port of the Kurento protocol. */
  public int controlPort() {
    return server.port();
  }

  /** Counters of the engine, for metrics. */
  public EngineStats stats() {
    return engine.stats();
  }

  /** What the protocol counts, for metrics. */
  public KurentoCounts control() {
    return control;
  }

  /** Stops answering, finishes recordings, closes the ports. */
  public Future<Void> close() {
    return vertx.undeploy(deploymentId).eventually(() -> stopped(vertx, engine));
  }

  private static Future<Void> stopped(Vertx vertx, MediaEngine engine) {
    return Future.fromCompletionStage(engine.shutdown(), vertx.getOrCreateContext())
        .eventually(
            () ->
                vertx.executeBlocking(
                    () -> {
                      engine.close();
                      return null;
                    }));
  }
}
