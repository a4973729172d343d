package io.castmesh.media.registry;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * What an instance owns: a live or a call. Media ids are made of it, so that whoever is asked about
 * one knows whose owner to look up, whichever instance made it.
 */
public record MediaKey(Kind kind, String id) {
  /** What there is to own. */
  public enum Kind {
    LIVE,
    CALL;

    private final String word = name().toLowerCase(Locale.ROOT);
  }

  public static MediaKey live(String liveId) {
    return new MediaKey(Kind.LIVE, liveId);
  }

  public static MediaKey call(String callId) {
    return new MediaKey(Kind.CALL, callId);
  }

  /** Of its {@link #text}. */
  public static Optional<MediaKey> ofText(String text) {
    int end = text.indexOf(':');
    return end < 0 ? Optional.empty() : of(text.substring(0, end), text.substring(end + 1));
  }

  /** What a media session belongs to; empty for what is no media id. */
  public static Optional<MediaKey> ofMedia(String mediaId) {
    int begin = mediaId.indexOf('.');
    int end = mediaId.lastIndexOf('.');
    return begin < 0 || begin == end
        ? Optional.empty()
        : of(mediaId.substring(0, begin), mediaId.substring(begin + 1, end));
  }

  private static Optional<MediaKey> of(String word, String id) {
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(word)) {
        return Optional.of(new MediaKey(kind, id));
      }
    }
    return Optional.empty();
  }

  public String newMediaId() {
    return kind.word + "." + id + "." + UUID.randomUUID();
  }

  /** As it stands in Redis and in the names of pipelines. */
  public String text() {
    return kind.word + ":" + id;
  }
}
