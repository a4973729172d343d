package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.MediaKind;
import java.util.Optional;

/**
 * Kinds of media in Kurento's terms. DATA connections are kept and reported, as a Kurento server
 * does, but this node moves no data channels.
 */
enum MediaType {
  AUDIO(MediaKind.AUDIO),
  VIDEO(MediaKind.VIDEO),
  DATA(null);

  private final MediaKind kind;

  MediaType(MediaKind kind) {
    this.kind = kind;
  }

  /** What the engine calls it, when it moves it. */
  Optional<MediaKind> kind() {
    return Optional.ofNullable(kind);
  }

  static MediaType of(MediaKind kind) {
    return kind == MediaKind.AUDIO ? AUDIO : VIDEO;
  }
}
