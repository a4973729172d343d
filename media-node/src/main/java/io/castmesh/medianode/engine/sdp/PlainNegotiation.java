package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.SdpException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What we make of a description of plain RTP: the first audio and the first video section with all
 * codecs that we pass on, and where to send it.
 *
 * @param sections one per m-line of the other side, in its order
 */
public record PlainNegotiation(List<Section> sections) {
  private static final List<String> FEEDBACK = List.of("goog-remb", "ccm fir", "nack", "nack pli");

  /** Payload types that need no rtpmap (RFC 3551 section 6). */
  private static final String STATIC_TYPES = "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n";

  /** An m-line, what was agreed about it, if anything, and where the other side is. */
  public record Section(
      MediaSection offered, Optional<NegotiatedMedia> agreed, RtpAddress remote) {}

  /** Where the other side is; a wildcard when it does not know. */
  public Optional<InetAddress> remoteHost() {
    return sections.stream()
        .filter(section -> section.agreed().isPresent())
        .map(section -> section.remote().rtp().getAddress())
        .findFirst();
  }

  /** The agreed section of a kind. */
  public Optional<Section> section(MediaKind kind) {
    return sections.stream()
        .filter(section -> section.agreed().filter(media -> media.kind() == kind).isPresent())
        .findFirst();
  }

  /**
   * @param isProtected whether we want keys; without them nothing is agreed then, and with them
   *     nothing otherwise
   * @throws SdpException when nothing in it can be done
   */
  public static PlainNegotiation of(String sdp, boolean isProtected) {
    SessionDescription remote = SessionDescription.parse(withStaticTypes(sdp));
    List<RtpAddress> addresses = RtpAddress.read(sdp);
    List<Section> sections = new ArrayList<>();
    Set<MediaKind> taken = EnumSet.noneOf(MediaKind.class);
    for (int i = 0; i < remote.sections().size(); i++) {
      MediaSection offered = remote.sections().get(i);
      RtpAddress address = addresses.get(i);
      Optional<NegotiatedMedia> agreed =
          agree(offered, address, isProtected).filter(media -> taken.add(media.kind()));
      sections.add(new Section(offered, agreed, address));
    }
    if (taken.isEmpty()) {
      throw new SdpException("no section of plain RTP that can be passed on");
    }
    return new PlainNegotiation(List.copyOf(sections));
  }

  /** The text with a map in every section for what needs none. */
  private static String withStaticTypes(String sdp) {
    StringBuilder text = new StringBuilder(sdp.length() + 256);
    for (String line : sdp.split("\r\n|\n|\r")) {
      text.append(line).append("\r\n");
      if (line.startsWith("m=audio ")) {
        text.append(STATIC_TYPES);
      }
    }
    return text.toString();
  }

  private static Optional<NegotiatedMedia> agree(
      MediaSection section, RtpAddress address, boolean isProtected) {
    boolean wanted =
        switch (section.protocol()) {
          case "RTP/AVP", "RTP/AVPF" -> !isProtected;
          case "RTP/SAVP", "RTP/SAVPF" -> isProtected && address.key().isPresent();
          default -> false;
        };
    if (!wanted || section.port() == 0) {
      return Optional.empty();
    }
    Optional<NegotiatedMedia> agreed = Optional.empty();
    if (section.isAudio()) {
      agreed = Negotiation.media(section, MediaKind.AUDIO, List.of());
    } else if (section.isVideo()) {
      agreed = Negotiation.media(section, MediaKind.VIDEO, FEEDBACK);
    }
    return agreed.map(NegotiatedMedia::plain);
  }
}
