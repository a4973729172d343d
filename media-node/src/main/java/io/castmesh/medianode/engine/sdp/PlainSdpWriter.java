package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes answers and offers of plain RTP. */
public final class PlainSdpWriter {
  private static final List<String> VIDEO_FEEDBACK =
      List.of("nack", "nack pli", "ccm fir", "goog-remb");

  private static final NegotiatedMedia OFFERED_AUDIO =
      offered(
          MediaKind.AUDIO,
          "audio0",
          codec(MediaCodec.OPUS, "", 96),
          codec(MediaCodec.PCMU, "", 0),
          codec(MediaCodec.PCMA, "", 8));

  private static final NegotiatedMedia OFFERED_VIDEO =
      offered(
          MediaKind.VIDEO,
          "video0",
          codec(MediaCodec.VP8, "", 100),
          codec(
              MediaCodec.H264,
              "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
              101),
          codec(MediaCodec.VP9, "profile-id=0", 102),
          codec(MediaCodec.AV1, "level-idx=5;profile=0;tier=0", 103));

  /**
   * One kind of media as we do it.
   *
   * @param ssrc 32 bits in an int
   */
  public record Local(int rtpPort, int rtcpPort, int ssrc) {}

  /**
   * What we say about ourselves.
   *
   * @param address literal
   * @param key for what we send; empty without protection
   */
  public record Description(
      long sessionId,
      String address,
      String cname,
      Optional<byte[]> key,
      Function<MediaKind, Local> media) {}

  private final Description local;
  private final StringBuilder text = new StringBuilder(2048);

  private PlainSdpWriter(Description local) {
    this.local = local;
    String family = (local.address().contains(":") ? "IP6 " : "IP4 ") + local.address();
    line("v=0");
    line("o=- %d %d IN %s".formatted(local.sessionId(), local.sessionId(), family));
    line("s=-");
    line("c=IN " + family);
    line("t=0 0");
  }

  private static NegotiatedMedia offered(MediaKind kind, String mid, NegotiatedCodec... codecs) {
    return new NegotiatedMedia(
        kind, mid, Direction.SENDRECV, List.of(codecs), List.of(), false, 0, 0, 0, 0, 0);
  }

  private static NegotiatedCodec codec(MediaCodec codec, String parameters, int payloadType) {
    return new NegotiatedCodec(
        new MediaFormat(codec, parameters),
        payloadType,
        -1,
        codec.kind() == MediaKind.VIDEO ? VIDEO_FEEDBACK : List.of());
  }

  /** An offer of ours. */
  public static String offer(Description local, OfferOptions options) {
    PlainSdpWriter writer = new PlainSdpWriter(local);
    String protocol = local.key().isPresent() ? "RTP/SAVPF" : "RTP/AVPF";
    Stream.of(OFFERED_AUDIO, OFFERED_VIDEO)
        .filter(media -> options.kinds().contains(media.kind()))
        .forEach(media -> writer.media(media.directed(options.direction()), protocol, false));
    return writer.text.toString();
  }

  /** The answer to an offer (RFC 3264 section 6). */
  public static String answer(Description local, PlainNegotiation negotiation) {
    PlainSdpWriter writer = new PlainSdpWriter(local);
    for (PlainNegotiation.Section section : negotiation.sections()) {
      MediaSection offered = section.offered();
      section
          .agreed()
          .ifPresentOrElse(
              media -> writer.media(media, offered.protocol(), section.remote().muxed()),
              () ->
                  writer.line(
                      "m=%s 0 %s %s"
                          .formatted(
                              offered.type(),
                              offered.protocol(),
                              String.join(" ", offered.formats()))));
    }
    return writer.text.toString();
  }

  private void media(NegotiatedMedia media, String protocol, boolean muxed) {
    Local ours = local.media().apply(media.kind());
    String types =
        media.codecs().stream()
            .map(codec -> Integer.toString(codec.payloadType()))
            .collect(Collectors.joining(" "));
    String kind = media.kind().name().toLowerCase(Locale.ROOT);
    line("m=%s %d %s %s".formatted(kind, ours.rtpPort(), protocol, types));
    line(muxed ? "a=rtcp-mux" : "a=rtcp:" + ours.rtcpPort());
    line("a=" + media.direction().attribute());
    if (!media.mid().isEmpty()) {
      line("a=mid:" + media.mid());
    }
    local
        .key()
        .ifPresent(
            key ->
                line(
                    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"
                        + Base64.getEncoder().encodeToString(key)));
    media.codecs().forEach(this::codec);
    if (media.direction().sends()) {
      line("a=ssrc:%s cname:%s".formatted(Integer.toUnsignedString(ours.ssrc()), local.cname()));
    }
  }

  private void codec(NegotiatedCodec codec) {
    MediaCodec known = codec.format().codec();
    String channels = known.channels() > 1 ? "/" + known.channels() : "";
    int type = codec.payloadType();
    line("a=rtpmap:%d %s/%d%s".formatted(type, known.rtpName(), known.clockRate(), channels));
    if (!codec.format().parameters().isEmpty()) {
      line("a=fmtp:" + type + " " + codec.format().parameters());
    }
    codec.feedback().forEach(value -> line("a=rtcp-fb:" + type + " " + value));
  }

  private void line(String line) {
    text.append(line).append("\r\n");
  }
}
