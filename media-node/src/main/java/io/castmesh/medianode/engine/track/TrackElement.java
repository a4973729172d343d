package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaKind;
import java.util.Optional;

/** An element as the engine sees it: with its ends. Both are asked on the loop only. */
public interface TrackElement extends MediaElement {
  Optional<TrackSource> source(MediaKind kind);

  Optional<TrackSink> sink(MediaKind kind);

  /** Lets media flow; a sink leaves its previous source first. */
  static void connect(TrackElement from, TrackElement to, MediaKind kind) {
    from.source(kind)
        .ifPresent(
            source ->
                to.sink(kind)
                    .ifPresent(
                        sink -> {
                          if (sink.source() != null) {
                            sink.source().remove(sink);
                          }
                          source.add(sink);
                        }));
  }

  /** Stops a flow, if it is this one that feeds the sink. */
  static void disconnect(TrackElement from, TrackElement to, MediaKind kind) {
    from.source(kind).ifPresent(source -> to.sink(kind).ifPresent(source::remove));
  }
}
