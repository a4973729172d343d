package io.castmesh.room.rooms;

import io.castmesh.contract.Rooms;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import java.time.Instant;

/**
 * A session's membership of a room.
 *
 * @param id the peer id: made for this membership, so that nobody learns a session's id
 */
record Member(String id, SessionRef session, User user, Instant joinedAt) {

  /** As the other peers see it. */
  Rooms.Peer peer() {
    return new Rooms.Peer(id, user.id(), user.nickname(), user.avatar(), joinedAt);
  }

  boolean isOf(String sessionId) {
    return session.sessionId().equals(sessionId);
  }
}
