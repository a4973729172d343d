package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.dtls.Fingerprint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One m-line with its attributes; those of the session are filled in where it has none.
 *
 * @param type audio, video, application
 * @param port 0: the section is rejected; 9 for one that is only there in its bundle and says 0
 *     (RFC 9143 section 6)
 * @param protocol for instance UDP/TLS/RTP/SAVPF
 * @param formats the payload types of the m-line, as text
 * @param mid empty when there is none
 * @param extensions id by URI
 * @param ssrcs media SSRCs in their order, 32 bits in an int
 * @param retransmissions RTX SSRC by media SSRC (ssrc-group FID)
 * @param simulcast RTP stream ids of the layers that the author would send (RFC 8853)
 */
public record MediaSection(
    String type,
    int port,
    String protocol,
    List<String> formats,
    String mid,
    Direction direction,
    boolean rtcpMux,
    boolean reducedSize,
    Optional<String> iceUfrag,
    Optional<String> icePassword,
    List<Fingerprint> fingerprints,
    Optional<Setup> setup,
    List<Codec> codecs,
    Map<String, Integer> extensions,
    List<Integer> ssrcs,
    Map<Integer, Integer> retransmissions,
    List<String> simulcast) {

  public boolean isAudio() {
    return type.equals("audio");
  }

  public boolean isVideo() {
    return type.equals("video");
  }

  /** The first codec of this name, which the author likes best. */
  public Optional<Codec> codec(String name) {
    return codecs.stream().filter(codec -> codec.is(name)).findFirst();
  }

  /** By payload type the one that repeats it (RFC 4588); the first, where there are several. */
  public Map<Integer, Integer> retransmissionTypes() {
    Map<Integer, Integer> types = new HashMap<>();
    for (Codec codec : codecs) {
      types.putIfAbsent(codec.associatedPayloadType(), codec.payloadType());
    }
    return types;
  }
}
