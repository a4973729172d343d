package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/** An element as the engine sees it: with its ends and the shard that both belong to. */
public interface TrackElement extends MediaElement {
  /** Never changes. Any thread. */
  Shard shard();

  /** Any thread may ask; who is not on the element's loop only passes the answer there. */
  Optional<TrackSource> source(MediaKind kind);

  /** Asked on the element's loop only. */
  Optional<TrackSink> sink(MediaKind kind);

  /**
   * @throws IllegalArgumentException for a sink of another engine
   */
  @Override
  default void connect(MediaElement sink, MediaKind kind) {
    connect(this, of(sink), kind);
  }

  /**
   * @throws IllegalArgumentException for a sink of another engine
   */
  @Override
  default void disconnect(MediaElement sink, MediaKind kind) {
    disconnect(this, of(sink), kind);
  }

  private static TrackElement of(MediaElement element) {
    if (element instanceof TrackElement known) {
      return known;
    }
    throw new IllegalArgumentException("not an element of this engine: " + element);
  }

  /**
   * Lets media flow, soon; a sink leaves its previous source first. What is connected and
   * disconnected for one sink happens in the order of the calls. Any thread.
   */
  static void connect(TrackElement from, TrackElement to, MediaKind kind) {
    onLoop(
        to,
        () ->
            to.sink(kind)
                .ifPresent(sink -> from.source(kind).ifPresent(s -> attach(s, from, to, sink))));
  }

  private static void attach(
      TrackSource source, TrackElement from, TrackElement to, TrackSink sink) {
    if (sink.source() != null) {
      sink.source().remove(sink);
    }
    // Not before: what nobody watched any more is gone.
    to.shard().local(source, from, source.kind()).add(sink);
  }

  /** Stops a flow, soon, if it is this one that feeds the sink. Any thread. */
  static void disconnect(TrackElement from, TrackElement to, MediaKind kind) {
    onLoop(
        to,
        () ->
            from.source(kind)
                .map(source -> to.shard().localIfThere(source, from))
                .ifPresent(local -> to.sink(kind).ifPresent(local::remove)));
  }

  private static void onLoop(TrackElement element, Runnable work) {
    try {
      element.shard().loop().execute(work);
    } catch (RejectedExecutionException shuttingDown) {
      // The engine is closed: nothing flows any more.
    }
  }
}
