package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.dtls.Fingerprint;
import io.castmesh.medianode.engine.ice.IceCredentials;
import io.castmesh.medianode.engine.rtp.HeaderExtension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What we make of a peer's description: the first audio and the first video section of the bundle,
 * with every codec that we can pass on; everything else is refused.
 *
 * @param sections one per m-line of the peer, in its order
 * @param bundle the mids that the peer would have in one bundle; empty when it wants none
 * @param weAreDtlsClient the peer insists on being passive
 */
public record Negotiation(
    List<Section> sections,
    List<String> bundle,
    IceCredentials remoteIce,
    List<Fingerprint> fingerprints,
    boolean weAreDtlsClient) {

  private static final List<String> VIDEO_FEEDBACK =
      List.of("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");
  private static final List<String> AUDIO_FEEDBACK = List.of("transport-cc");

  private static final int MAX_LAYERS = 3;

  /** Others number their pictures in ways that a change of layers breaks, or have layers inside. */
  private static final Set<MediaCodec> LAYERED_CODECS = EnumSet.of(MediaCodec.VP8, MediaCodec.H264);

  /** An m-line of the peer and what was agreed about it, if anything. */
  public record Section(MediaSection offered, Optional<NegotiatedMedia> agreed) {}

  /** The agreed section of a kind. */
  public Optional<NegotiatedMedia> media(MediaKind kind) {
    return sections.stream()
        .flatMap(section -> section.agreed().stream())
        .filter(media -> media.kind() == kind)
        .findFirst();
  }

  /**
   * @throws SdpException when nothing in it can be done
   */
  public static Negotiation of(SessionDescription remote) {
    List<String> bundle = remote.bundle();
    List<Section> sections = new ArrayList<>();
    Set<MediaKind> taken = EnumSet.noneOf(MediaKind.class);
    MediaSection transport = null;
    for (MediaSection section : remote.sections()) {
      Optional<NegotiatedMedia> agreed =
          transport == null || bundle.containsAll(List.of(transport.mid(), section.mid()))
              ? agree(section).filter(media -> taken.add(media.kind()))
              : Optional.empty();
      if (agreed.isPresent() && transport == null) {
        transport = section;
      }
      sections.add(new Section(section, agreed));
    }
    if (transport == null) {
      throw new SdpException(
          "nothing offered that can be forwarded: one of %s over DTLS-SRTP"
              .formatted(Arrays.toString(MediaCodec.values())));
    }
    return new Negotiation(
        List.copyOf(sections),
        bundle,
        credentials(transport),
        fingerprints(transport),
        transport.setup().orElse(Setup.ACTPASS) == Setup.PASSIVE);
  }

  private static IceCredentials credentials(MediaSection section) {
    return new IceCredentials(
        section.iceUfrag().orElseThrow(() -> new SdpException("no ice-ufrag")),
        section.icePassword().orElseThrow(() -> new SdpException("no ice-pwd")));
  }

  private static List<Fingerprint> fingerprints(MediaSection section) {
    if (section.fingerprints().isEmpty()) {
      throw new SdpException("no fingerprint with a hash we accept (SHA-256 or better)");
    }
    return section.fingerprints();
  }

  private static Optional<NegotiatedMedia> agree(MediaSection section) {
    boolean possible =
        section.port() != 0
            && section.rtcpMux()
            && (section.protocol().equals("UDP/TLS/RTP/SAVPF")
                || section.protocol().equals("RTP/SAVPF"));
    if (!possible) {
      return Optional.empty();
    }
    if (section.isAudio()) {
      return media(section, MediaKind.AUDIO, AUDIO_FEEDBACK);
    }
    return section.isVideo() ? media(section, MediaKind.VIDEO, VIDEO_FEEDBACK) : Optional.empty();
  }

  static Optional<NegotiatedMedia> media(MediaSection section, MediaKind kind, List<String> known) {
    Direction direction = section.direction().mirrored();
    int transportCc = extension(section, HeaderExtension.TRANSPORT_CC);
    boolean useTransportCc =
        transportCc != 0
            && section.codecs().stream().anyMatch(codec -> codec.hasFeedback("transport-cc"));
    List<String> usable =
        known.stream().filter(value -> useTransportCc || !value.equals("transport-cc")).toList();
    Map<Integer, Integer> retransmissions = section.retransmissionTypes();
    List<NegotiatedCodec> codecs =
        section.codecs().stream()
            .flatMap(codec -> agree(codec, retransmissions, kind, usable).stream())
            .toList();
    if (codecs.isEmpty()) {
      return Optional.empty();
    }
    List<String> rids = simulcast(section, direction, codecs);
    return Optional.of(
        new NegotiatedMedia(
            kind,
            section.mid(),
            direction,
            codecs,
            rids,
            section.reducedSize(),
            extension(section, HeaderExtension.MID),
            rids.isEmpty() ? 0 : extension(section, HeaderExtension.STREAM_ID),
            rids.isEmpty() ? 0 : extension(section, HeaderExtension.REPAIRED_STREAM_ID),
            useTransportCc ? transportCc : 0,
            useTransportCc ? 0 : extension(section, HeaderExtension.ABS_SEND_TIME)));
  }

  /** Layers are taken when we can tell them apart, and change between them unnoticed. */
  private static List<String> simulcast(
      MediaSection section, Direction direction, List<NegotiatedCodec> codecs) {
    boolean possible =
        direction.receives()
            && section.simulcast().size() > 1
            && extension(section, HeaderExtension.STREAM_ID) != 0
            && LAYERED_CODECS.contains(codecs.get(0).format().codec());
    return possible
        ? section.simulcast().subList(0, Math.min(MAX_LAYERS, section.simulcast().size()))
        : List.of();
  }

  /** Every codec that we can pass on is taken, with its parameters as they are. */
  private static Optional<NegotiatedCodec> agree(
      Codec codec, Map<Integer, Integer> retransmissions, MediaKind kind, List<String> feedback) {
    return MediaCodec.of(kind, codec.name(), codec.clockRate())
        .map(
            known ->
                new NegotiatedCodec(
                    new MediaFormat(known, codec.parameters()),
                    codec.payloadType(),
                    retransmissions.getOrDefault(codec.payloadType(), -1),
                    feedback.stream().filter(codec::hasFeedback).toList()));
  }

  /** Ids of the two-byte form are left alone: we did not ask for it. */
  private static int extension(MediaSection section, String uri) {
    int id = section.extensions().getOrDefault(uri, 0);
    return id <= 14 ? id : 0;
  }
}
