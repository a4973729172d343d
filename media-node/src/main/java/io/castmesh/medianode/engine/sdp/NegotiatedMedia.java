package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import java.util.List;
import java.util.Map;

/**
 * What was agreed for one audio or video section, seen from our side.
 *
 * @param direction ours
 * @param payloadType of Opus or VP8
 * @param rtxPayloadType of its retransmissions; -1 without
 * @param midExtension header extension id; 0 when not agreed, like the next two
 * @param remoteSsrcs the peer's media SSRCs, as far as it told
 * @param remoteRetransmissions the peer's RTX SSRC by media SSRC
 */
public record NegotiatedMedia(
    MediaKind kind,
    String mid,
    Direction direction,
    int payloadType,
    int rtxPayloadType,
    int clockRate,
    String parameters,
    List<String> feedback,
    boolean reducedSize,
    int midExtension,
    int transportCcExtension,
    int absSendTimeExtension,
    List<Integer> remoteSsrcs,
    Map<Integer, Integer> remoteRetransmissions) {

  public boolean hasFeedback(String value) {
    return feedback.contains(value);
  }
}
