package io.castmesh.medianode.engine.sdp;

import java.util.List;

/**
 * One payload type of an m-line.
 *
 * @param name as in rtpmap, for instance VP8
 * @param channels 1 when rtpmap does not say
 * @param parameters the fmtp value, empty when there is none
 * @param feedback the rtcp-fb values, for instance {@code nack pli}
 */
public record Codec(
    int payloadType,
    String name,
    int clockRate,
    int channels,
    String parameters,
    List<String> feedback) {

  public boolean is(String codecName) {
    return name.equalsIgnoreCase(codecName);
  }

  public boolean hasFeedback(String value) {
    return feedback.contains(value);
  }

  /** For rtx (RFC 4588 section 8.1): the payload type it repeats; -1 otherwise. */
  public int associatedPayloadType() {
    if (!is("rtx")) {
      return -1;
    }
    for (String parameter : parameters.split(";")) {
      String trimmed = parameter.trim();
      if (trimmed.startsWith("apt=")) {
        try {
          return Integer.parseInt(trimmed.substring(4).trim());
        } catch (NumberFormatException garbage) {
          return -1;
        }
      }
    }
    return -1;
  }
}
