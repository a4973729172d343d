package io.castmesh.media.kurento;

import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.kurento.client.KurentoClient;
import org.kurento.client.MediaObject;
import org.kurento.client.MediaPipeline;
import org.kurento.client.RecorderEndpoint;
import org.kurento.client.internal.server.KurentoServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases pipelines of this mesh that nobody has written down and whose instance is dead, or is
 * this one and does not know of them. Looked at twice, some seconds apart: a pipeline that is just
 * being made is not known yet, and a Redis that has just lost everything does not know the living
 * yet.
 */
public final class PipelineSweep {
  private static final Logger log = LoggerFactory.getLogger(PipelineSweep.class);

  /** For a server to finish the file of a recording that nobody owns. */
  private static final Duration FINISH = Duration.ofSeconds(8);

  private final Vertx vertx;
  private final Registry registry;
  private final Instances instances;
  private final Pipelines pipelines;

  public PipelineSweep(Vertx vertx, Registry registry, Instances instances, Pipelines pipelines) {
    this.vertx = vertx;
    this.registry = registry;
    this.instances = instances;
    this.pipelines = pipelines;
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
                        .timer(instances.lease().toMillis() * 2, TimeUnit.MILLISECONDS)
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
    if (ours.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return registry
        .pipelines()
        .compose(
            writtenDown -> {
              ours.keySet().removeAll(Set.copyOf(writtenDown));
              return instances.alive(Set.copyOf(ours.values()));
            })
        .map(
            alive -> {
              Set<String> living = new HashSet<>(alive);
              living.remove(instances.own());
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
    Future<Integer> released = Future.succeededFuture(0);
    for (String id : orphans) {
      log.info("a pipeline that nobody owns is released id={}", id);
      released =
          released.compose(
              before ->
                  link.finish("orphan", client -> release(client, id), FINISH.plusSeconds(2))
                      .map(before + 1));
    }
    return released;
  }

  private static void release(KurentoClient client, String id) {
    MediaPipeline pipeline = client.getById(id, MediaPipeline.class);
    try {
      for (MediaObject child : pipeline.getChildren()) {
        if (child instanceof RecorderEndpoint recorder) {
          Built.<Void>answered(FINISH, recorder::stopAndWait);
        }
      }
    } catch (RuntimeException failure) {
      log.debug("a recording that nobody owns was not stopped", failure);
    }
    KurentoLink.releaseNow(pipeline);
  }
}
