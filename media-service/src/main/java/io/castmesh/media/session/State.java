package io.castmesh.media.session;

import java.util.Locale;

/** How a session is, as clients are told. */
enum State {
  NEW,
  CONNECTING,
  CONNECTED,
  FLOWING,
  FAILED,
  LOST,
  CLOSED;

  String word() {
    return this == NEW ? CONNECTING.word() : name().toLowerCase(Locale.ROOT);
  }
}
