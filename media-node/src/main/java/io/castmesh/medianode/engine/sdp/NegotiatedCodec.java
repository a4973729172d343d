package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.List;

/**
 * A codec that both sides can use within a section.
 *
 * @param rtxPayloadType of its retransmissions (RFC 4588); -1 without
 * @param feedback the rtcp-fb values that both know
 */
public record NegotiatedCodec(
    MediaFormat format, int payloadType, int rtxPayloadType, List<String> feedback) {

  /** The same with packets repeated as they were. */
  NegotiatedCodec withoutRtx() {
    return new NegotiatedCodec(format, payloadType, -1, feedback);
  }
}
