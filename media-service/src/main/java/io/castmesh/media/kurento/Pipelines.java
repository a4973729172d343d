package io.castmesh.media.kurento;

import io.castmesh.media.registry.Registry;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.kurento.client.MediaPipeline;

/**
 * Makes pipelines with a name that says whose they are, so that a sweep can tell those that nobody
 * owns any more from those of others, of other meshes, and of programs that are not castmesh.
 */
public final class Pipelines {
  private static final String PREFIX = "castmesh";

  private final Registry registry;
  private final String instance;
  private final Set<String> alive = new HashSet<>();

  public Pipelines(Registry registry, String instance) {
    this.registry = registry;
    this.instance = instance;
  }

  public String instance() {
    return instance;
  }

  public int count() {
    return alive.size();
  }

  boolean has(String pipelineId) {
    return alive.contains(pipelineId);
  }

  /**
   * @param of what it is for: a live or a call
   * @param made what it is released with
   */
  public Future<MediaPipeline> create(KurentoLink link, String of, ReleaseStack made) {
    String name = String.join("/", PREFIX, registry.mesh(), instance, of);
    return link.make(
            "pipeline",
            client -> {
              MediaPipeline pipeline = Built.within(link.deadline(), client::createMediaPipeline);
              try {
                pipeline.setName(name);
              } catch (RuntimeException e) {
                // Without its name no sweep would know it for ours.
                KurentoLink.releaseNow(pipeline);
                throw e;
              }
              return pipeline;
            },
            KurentoLink::releaseNow)
        .onSuccess(
            pipeline -> {
              alive.add(pipeline.getId());
              link.changeLoad(1);
              made.onRelease(
                  "pipeline",
                  () -> {
                    alive.remove(pipeline.getId());
                    if (link.up()) {
                      link.changeLoad(-1);
                    }
                    return link.release(pipeline);
                  });
            });
  }

  /** The instance that a pipeline of this mesh belongs to; empty for everybody else's. */
  Optional<String> instanceOf(String pipelineName) {
    String[] parts = pipelineName.split("/", -1);
    return parts.length == 4 && parts[0].equals(PREFIX) && parts[1].equals(registry.mesh())
        ? Optional.of(parts[2])
        : Optional.empty();
  }
}
