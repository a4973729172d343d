package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.dtls.Fingerprint;
import io.castmesh.medianode.engine.ice.IceCredentials;
import java.util.List;

/**
 * What we say about ourselves.
 *
 * @param sessionId of the o-line, unique
 * @param candidates attribute values, {@code candidate:...}
 * @param streamId groups what we send into one stream at the peer
 */
public record LocalDescription(
    long sessionId,
    IceCredentials ice,
    Fingerprint fingerprint,
    List<String> candidates,
    String cname,
    String streamId,
    Outgoing audio,
    Outgoing video) {

  /**
   * The SSRCs of what we send, 32 bits in an int.
   *
   * @param rtxSsrc of its retransmissions, if they are agreed
   */
  public record Outgoing(int ssrc, int rtxSsrc) {}

  Outgoing outgoing(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audio : video;
  }
}
