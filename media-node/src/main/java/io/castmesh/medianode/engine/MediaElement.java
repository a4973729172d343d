package io.castmesh.medianode.engine;

import java.util.concurrent.CompletionStage;

/** Something media flows through. It lives from its creation by the engine to {@link #release}. */
public interface MediaElement {
  String id();

  /**
   * Lets this element's media of one kind flow to a sink, which may be the element itself
   * (loopback). A sink has one source per kind: a second connect replaces the first.
   */
  void connect(MediaElement sink, MediaKind kind);

  /** Stops that flow; unknown connections are ignored. */
  void disconnect(MediaElement sink, MediaKind kind);

  /** Asks where its video comes from for a keyframe (RFC 4585 PLI); nothing without video. */
  default void requestKeyFrame() {}

  /** Statistics now; empty for an element without media. */
  CompletionStage<ElementStats> stats();

  /** Stops everything, disconnects, frees. Later calls do nothing. */
  CompletionStage<Void> release();
}
