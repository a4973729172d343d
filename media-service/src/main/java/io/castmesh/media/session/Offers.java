package io.castmesh.media.session;

import io.castmesh.contract.Failure;
import java.util.Arrays;

/** The little that media-service itself reads in an offer (RFC 8866). */
public final class Offers {
  private Offers() {}

  /** How many of audio and video the offerer sends: media sections that are not receive-only. */
  public static int kindsSent(String sdp) {
    boolean audio = false;
    boolean video = false;
    for (String section : sections(sdp)) {
      boolean sends = !section.contains("\na=recvonly") && !section.contains("\na=inactive");
      audio |= sends && section.startsWith("audio ");
      video |= sends && section.startsWith("video ");
    }
    return (audio ? 1 : 0) + (video ? 1 : 0);
  }

  /**
   * Refuses at once what no media server needs to look at. WebRTC cannot do without ICE credentials
   * and a fingerprint (RFC 8839, RFC 8122); some servers would answer and wait for ever.
   */
  public static void verify(String sdp) {
    if (sdp == null
        || !sdp.startsWith("v=0")
        || sections(sdp).length == 0
        || !sdp.contains("\na=ice-ufrag:")
        || !sdp.contains("\na=ice-pwd:")
        || !sdp.contains("\na=fingerprint:")) {
      throw Failure.INVALID_SDP.exception();
    }
  }

  /**
   * A media server may answer an offer that it cannot make sense of by rejecting everything in it:
   * every media section has port 0 then (RFC 3264, section 6).
   */
  static void verifyAnswer(String sdp) {
    for (String section : sections(sdp)) {
      if (!section.split(" ", 3)[1].equals("0")) {
        return;
      }
    }
    throw Failure.INVALID_SDP.exception();
  }

  private static String[] sections(String sdp) {
    String[] parts = sdp.replace("\r\n", "\n").split("\nm=", -1);
    return Arrays.copyOfRange(parts, 1, parts.length);
  }
}
