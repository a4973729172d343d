package io.castmesh.media.session;

import io.castmesh.media.registry.MediaKey;
import io.vertx.core.Future;

/** What a media session belongs to: a live or a call. */
public interface MediaOwner {
  MediaKey key();

  /** What the session is in it, in a word that clients are told. */
  String role(MediaSession session);

  /** A new peer takes the place of the session's old one: connects it as the old one was. */
  Future<Void> rewire(MediaSession session, Peer fresh);

  /**
   * The session has lost its media server and its client comes with a fresh offer: places it again.
   * Fails with a retryable failure while there is no place for it.
   */
  Future<Void> placeAgain(MediaSession session, String sdpOffer);

  /** The session has another peer: writes it down for whoever may have to go on with it. */
  Future<Void> keep(MediaSession session);

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
