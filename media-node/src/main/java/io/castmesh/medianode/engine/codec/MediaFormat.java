package io.castmesh.medianode.engine.codec;

import java.util.Locale;

/**
 * A codec as two sides agreed to use it. Two streams of one codec may differ so much that a decoder
 * of one cannot show the other.
 *
 * @param parameters the value of the fmtp attribute, empty when there is none
 */
public record MediaFormat(MediaCodec codec, String parameters) {

  /** A parameter of the fmtp attribute, in lower case. */
  public String parameter(String name, String otherwise) {
    for (String parameter : parameters.split(";")) {
      int equals = parameter.indexOf('=');
      if (equals > 0 && parameter.substring(0, equals).trim().equalsIgnoreCase(name)) {
        return parameter.substring(equals + 1).trim().toLowerCase(Locale.ROOT);
      }
    }
    return otherwise;
  }

  /**
   * How well somebody who agreed to receive this format copes with a stream of another one: 0 not
   * at all, more is better.
   */
  public int fitness(MediaFormat stream) {
    if (codec != stream.codec) {
      return 0;
    }
    return switch (codec) {
      case VP9 -> sameParameter(stream, "profile-id", "0") ? 1 : 0; // RFC 9628 section 6
      case AV1 -> sameParameter(stream, "profile", "0") ? 1 : 0;
      case H264 -> H264Profile.of(this).fitness(H264Profile.of(stream));
      default -> 1;
    };
  }

  private boolean sameParameter(MediaFormat stream, String name, String otherwise) {
    return parameter(name, otherwise).equals(stream.parameter(name, otherwise));
  }

  /** For people: the codec, with what tells it from others of its name. */
  @Override
  public String toString() {
    return parameters.isEmpty() ? codec.rtpName() : codec.rtpName() + " (" + parameters + ")";
  }
}
