package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.Values;
import io.vertx.core.json.JsonObject;

/** One kind of media going from one element to another. */
record Link(ElementObject source, ElementObject sink, MediaType type) {

  /** Kurento: {@code ElementConnectionData}. */
  JsonObject toJson() {
    return Values.typed("ElementConnectionData")
        .put("source", source.id())
        .put("sink", sink.id())
        .put("type", type.name())
        .put("sourceDescription", "default")
        .put("sinkDescription", "default");
  }
}
