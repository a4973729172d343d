package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Hands on what flows in, so that sinks can stay connected while the source changes. */
final class PassThroughObject extends ElementObject {
  static final ObjectType TYPE =
      ObjectType.named("PassThrough", "core", PassThroughObject.class)
          .extending(ElementObject.TYPE)
          .createdBy(PassThroughObject::new);

  private final Set<MediaType> flowing = EnumSet.noneOf(MediaType.class);

  private PassThroughObject(ObjectHost host, Params params) {
    super(host, TYPE, params);
  }

  @Override
  Optional<MediaElement> engineElement() {
    return Optional.empty();
  }

  @Override
  boolean flowsIn(MediaType type) {
    return origin(type).map(source -> source.flowsOut(type)).orElse(false);
  }

  @Override
  boolean flowsOut(MediaType type) {
    return flowsIn(type);
  }

  @Override
  void onUpstreamChanged(MediaType type) {
    boolean now = flowsIn(type);
    if (now ? flowing.add(type) : flowing.remove(type)) {
      raiseFlow("MediaFlowInStateChanged", type, now);
      raiseFlow("MediaFlowOutStateChanged", type, now);
    }
  }
}
