package io.castmesh.media.kurento;

import io.vertx.core.Future;
import java.util.Set;
import org.kurento.client.MediaObject;
import org.kurento.client.MediaPipeline;

/** Objects in a pipeline that nobody has written down. */
public final class Strays {
  private Strays() {}

  /**
   * Releases what an instance was setting up in a pipeline when it died.
   *
   * @param known the ids of what stays
   * @return how many were released
   */
  public static Future<Integer> release(
      KurentoLink link, MediaPipeline pipeline, Set<String> known) {
    return link.call(
        "strays",
        client -> {
          int released = 0;
          for (MediaObject child : pipeline.getChildren()) {
            if (!known.contains(child.getId())) {
              KurentoLink.releaseNow(child);
              released++;
            }
          }
          return released;
        });
  }
}
