package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.Values;
import io.vertx.core.json.JsonObject;

/**
 * One kind of media going from one element to another. Descriptions tell several streams of a kind
 * apart; this node has one of each, the default one: other connections are kept and reported, and
 * nothing flows through them.
 */
record Link(
    ElementObject source,
    ElementObject sink,
    MediaType type,
    String sourceDescription,
    String sinkDescription) {
  static final String DEFAULT = "default";

  /** Where it ends: one link leads there. */
  record Input(MediaType type, String description) {}

  Input input() {
    return new Input(type, sinkDescription);
  }

  /** Whether media flows through it. */
  boolean carries() {
    return sourceDescription.equals(DEFAULT) && sinkDescription.equals(DEFAULT);
  }

  boolean isDescribedAs(String description) {
    return sourceDescription.equals(description) || sinkDescription.equals(description);
  }

  /** Kurento: {@code ElementConnectionData}. */
  JsonObject toJson() {
    return Values.typed("ElementConnectionData")
        .put("source", source.id())
        .put("sink", sink.id())
        .put("type", type.name())
        .put("sourceDescription", sourceDescription)
        .put("sinkDescription", sinkDescription);
  }
}
