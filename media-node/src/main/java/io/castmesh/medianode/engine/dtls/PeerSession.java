package io.castmesh.medianode.engine.dtls;

import io.castmesh.medianode.engine.srtp.SrtpKeys;

/** What a handshake leaves behind, whatever the role. */
interface PeerSession {
  /** Null before the handshake is complete. */
  SrtpKeys keys();

  /** The peer said close_notify, or a fatal alert came. */
  boolean closedByPeer();
}
