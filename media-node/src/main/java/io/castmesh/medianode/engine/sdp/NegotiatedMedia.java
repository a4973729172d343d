package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import java.util.List;

/**
 * What was agreed for one audio or video section, seen from our side.
 *
 * @param direction ours
 * @param payloadType of Opus or VP8
 * @param rtxPayloadType of its retransmissions; -1 without
 * @param midExtension header extension id; 0 when not agreed, like the next two
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
    int absSendTimeExtension) {

  public boolean hasFeedback(String value) {
    return feedback.contains(value);
  }
}
