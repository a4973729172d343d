package io.castmesh.medianode.engine;

/** The kinds of media that an element takes in or passes on. */
public enum MediaKind {
  AUDIO,
  VIDEO
}
