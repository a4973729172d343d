package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.List;

/**
 * What was agreed for one audio or video section, seen from our side.
 *
 * @param direction ours
 * @param codecs everything the peer may send or get, in the order in which it likes them
 * @param rids the layers of a simulcast that the peer sends, by their RTP stream ids (RFC 8853);
 *     empty without
 * @param midExtension header extension id; 0 when not agreed, like the other ones
 */
public record NegotiatedMedia(
    MediaKind kind,
    String mid,
    Direction direction,
    List<NegotiatedCodec> codecs,
    List<String> rids,
    boolean reducedSize,
    int midExtension,
    int ridExtension,
    int repairedRidExtension,
    int transportCcExtension,
    int absSendTimeExtension) {

  /** The same in another direction. */
  NegotiatedMedia directed(Direction other) {
    return new NegotiatedMedia(
        kind,
        mid,
        other,
        codecs,
        rids,
        reducedSize,
        midExtension,
        ridExtension,
        repairedRidExtension,
        transportCcExtension,
        absSendTimeExtension);
  }

  /**
   * The same as {@link PlainSdpWriter} answers: without retransmissions of their own, layers,
   * header extensions and feedback of reduced size.
   */
  NegotiatedMedia plain() {
    return new NegotiatedMedia(
        kind,
        mid,
        direction,
        codecs.stream().map(NegotiatedCodec::withoutRtx).toList(),
        List.of(),
        false,
        0,
        0,
        0,
        0,
        0);
  }

  /** Whether this feedback is agreed for any of the codecs. */
  public boolean hasFeedback(String value) {
    return codecs.stream().anyMatch(codec -> codec.feedback().contains(value));
  }

  /** As what a stream can be sent to the peer; null when it cannot. */
  public NegotiatedCodec codecFor(MediaFormat stream) {
    NegotiatedCodec best = null;
    int bestFitness = 0;
    for (NegotiatedCodec codec : codecs) {
      int fitness = codec.format().fitness(stream);
      if (fitness > bestFitness) {
        best = codec;
        bestFitness = fitness;
      }
    }
    return best;
  }
}
