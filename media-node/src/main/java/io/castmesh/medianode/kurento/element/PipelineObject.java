package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.MediaObject;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.ObjectType.PropertyKind;
import io.castmesh.medianode.kurento.object.Params;

/**
 * What elements stand in; only elements of one pipeline connect. Kurento: {@code MediaPipeline}.
 */
public final class PipelineObject extends MediaObject {
  public static final ObjectType TYPE =
      ObjectType.named("MediaPipeline", "core", PipelineObject.class)
          .extending(MediaObject.TYPE)
          .property("latencyStats", PropertyKind.BOOLEAN, false)
          .on("getGstreamerDot", (o, p) -> o.dot(GstreamerDotDetails.check(p)))
          .on(
              "dumpGstreamerDot",
              (o, p) -> GstreamerDotDetails.dump(o, o.dot(GstreamerDotDetails.check(p))))
          .createdBy((host, params) -> new PipelineObject(host));

  private PipelineObject(ObjectHost host) {
    super(host, TYPE, null);
  }

  @Override
  protected String pipelineId() {
    return id();
  }

  /** The elements and their connections as a graph in the DOT language. */
  private String dot(Params ignored) {
    StringBuilder dot = GstreamerDotDetails.begin();
    host()
        .objects()
        .all()
        .filter(object -> object.parent() == this)
        .map(ElementObject.class::cast)
        .forEach(element -> element.describe(dot));
    return dot.append("}\n").toString();
  }
}
