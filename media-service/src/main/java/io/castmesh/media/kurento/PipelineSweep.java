package io.castmesh.media.kurento;

import io.castmesh.media.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.kurento.client.MediaPipeline;
import org.kurento.client.internal.server.KurentoServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases pipelines of this mesh whose instance is dead, or that this instance does not know of.
 * Looked at twice, some seconds apart: a pipeline that is just being made is not known yet, and a
 * Redis that has just lost everything does not know the living yet.
 */
public final class PipelineSweep {
  private static final Logger log = LoggerFactory.getLogger(PipelineSweep.class);

  private final Vertx vertx;
  private final Registry registry;
  private final Pipelines pipelines;
  private final long secondLookMillis;

  public PipelineSweep(Vertx vertx, Registry registry, Pipelines pipelines, long secondLookMillis) {
    this.vertx = vertx;
    this.registry = registry;
    this.pipelines = pipelines;
    this.secondLookMillis = secondLookMillis;
  }

  /** How many were released. */
  public Future<Integer> run(KurentoLink link) {
    return link.call("pipelines", client -> names(client.getServerManager().getPipelines()))
        .compose(this::orphans)
        .compose(
            suspects ->
                suspects.isEmpty()
                    ? Future.succeededFuture(0)
                    : vertx
                        .timer(secondLookMillis, TimeUnit.MILLISECONDS)
                        .compose(timer -> orphans(suspects))
                        .compose(orphans -> release(link, orphans.keySet())));
  }

  private static Map<String, String> names(Iterable<MediaPipeline> found) {
    Map<String, String> names = new HashMap<>();
    for (MediaPipeline pipeline : found) {
      try {
        names.put(pipeline.getId(), pipeline.getName());
      } catch (KurentoServerException gone) {
        log.debug("a pipeline went while it was looked at");
      }
    }
    return names;
  }

  private Future<Map<String, String>> orphans(Map<String, String> names) {
    Map<String, String> ours = new HashMap<>();
    names.forEach(
        (id, name) ->
            pipelines
                .instanceOf(name)
                .filter(instance -> !pipelines.has(id))
                .ifPresent(instance -> ours.put(id, instance)));
    return registry
        .alive(ours.values())
        .map(
            alive -> {
              Set<String> living = new HashSet<>(alive);
              living.remove(pipelines.instance());
              Map<String, String> orphans = new HashMap<>();
              ours.forEach(
                  (id, instance) -> {
                    if (!living.contains(instance)) {
                      orphans.put(id, names.get(id));
                    }
                  });
              return orphans;
            });
  }

  private Future<Integer> release(KurentoLink link, Set<String> orphans) {
    if (orphans.isEmpty()) {
      return Future.succeededFuture(0);
    }
    log.info("pipelines that nobody owns are released count={}", orphans.size());
    return link.call(
        "orphans",
        client -> {
          orphans.forEach(id -> KurentoLink.releaseNow(client.getById(id, MediaPipeline.class)));
          return orphans.size();
        });
  }
}
