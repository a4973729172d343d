package io.castmesh.media.kurento;

import io.castmesh.media.registry.Instances;
import io.castmesh.media.registry.MediaKey;
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

  private final Instances instances;
  private final Set<String> alive = new HashSet<>();

  public Pipelines(Instances instances) {
    this.instances = instances;
  }

  public int count() {
    return alive.size();
  }

  boolean has(String pipelineId) {
    return alive.contains(pipelineId);
  }

  /**
   * @param of what it is for
   * @param made what it is released with
   */
  public Future<MediaPipeline> create(KurentoLink link, MediaKey of, ReleaseStack made) {
    String name = name(of);
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
        .onSuccess(pipeline -> keep(link, pipeline, made));
  }

  /** Takes over one that another instance has made; empty when it is gone. */
  public Future<Optional<MediaPipeline>> adopt(
      KurentoLink link, MediaKey of, String pipelineId, ReleaseStack made) {
    String name = name(of);
    return link.find(
            "adopted pipeline",
            client -> {
              MediaPipeline pipeline = client.getById(pipelineId, MediaPipeline.class);
              pipeline.setName(name);
              return pipeline;
            })
        .onSuccess(found -> found.ifPresent(pipeline -> keep(link, pipeline, made)));
  }

  private void keep(KurentoLink link, MediaPipeline pipeline, ReleaseStack made) {
    alive.add(pipeline.getId());
    made.onRelease(
        "pipeline",
        () -> {
          forget(pipeline);
          return link.release(pipeline);
        });
  }

  /** Another instance has it now. */
  public void forget(MediaPipeline pipeline) {
    alive.remove(pipeline.getId());
  }

  private String name(MediaKey of) {
    return String.join("/", PREFIX, instances.mesh(), instances.own(), of.text());
  }

  /** The instance that a pipeline of this mesh belongs to; empty for everybody else's. */
  Optional<String> instanceOf(String pipelineName) {
    String[] parts = pipelineName.split("/", -1);
    return parts.length == 4 && parts[0].equals(PREFIX) && parts[1].equals(instances.mesh())
        ? Optional.of(parts[2])
        : Optional.empty();
  }
}
