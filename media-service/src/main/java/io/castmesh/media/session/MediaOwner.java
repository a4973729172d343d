package io.castmesh.media.session;

import io.vertx.core.Future;

/** What a media session belongs to: a live or a call. */
public interface MediaOwner {

  /** A new peer takes the place of the session's old one: connects it as the old one was. */
  Future<Void> rewire(MediaSession session, Peer fresh);

  /** The client that has the session is gone, or does not want it any more. */
  Future<Void> left(MediaSession session);

  /** ICE and DTLS are up. */
  default void onConnected(MediaSession session) {}

  /**
   * Media comes from the client.
   *
   * @param video or audio
   */
  default void onFlowing(MediaSession session, boolean video) {}
}
