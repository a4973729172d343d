package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.rtp.HeaderExtension;
import java.util.List;
import java.util.Locale;

/** Writes our answers and offers. */
public final class SdpWriter {
  private final LocalDescription local;
  private final StringBuilder text = new StringBuilder(4096);

  private SdpWriter(LocalDescription local) {
    this.local = local;
  }

  /** The answer to an offer (RFC 3264 section 6). */
  public static String answer(LocalDescription local, Negotiation negotiation) {
    SdpWriter writer = new SdpWriter(local);
    List<NegotiatedMedia> agreed =
        negotiation.sections().stream().flatMap(section -> section.agreed().stream()).toList();
    writer.session(
        agreed.stream().map(NegotiatedMedia::mid).filter(negotiation.bundle()::contains).toList());
    Setup setup = negotiation.weAreDtlsClient() ? Setup.ACTIVE : Setup.PASSIVE;
    for (Negotiation.Section section : negotiation.sections()) {
      section
          .agreed()
          .ifPresentOrElse(
              media -> writer.media(media, setup, section.offered().protocol()),
              () -> writer.rejected(section.offered()));
    }
    return writer.text.toString();
  }

  /** An offer of ours. */
  public static String offer(LocalDescription local, OfferOptions options) {
    SdpWriter writer = new SdpWriter(local);
    List<NegotiatedMedia> media = OfferedMedia.of(options);
    writer.session(media.stream().map(NegotiatedMedia::mid).toList());
    media.forEach(section -> writer.media(section, Setup.ACTPASS, "UDP/TLS/RTP/SAVPF"));
    return writer.text.toString();
  }

  /**
   * @param bundle mids; empty when the peer wants none (RFC 9143 section 7.3)
   */
  private void session(List<String> bundle) {
    line("v=0");
    line("o=- " + local.sessionId() + " 2 IN IP4 0.0.0.0");
    line("s=-");
    line("t=0 0");
    line("a=ice-lite");
    if (!bundle.isEmpty()) {
      line("a=group:BUNDLE " + String.join(" ", bundle));
    }
    line("a=msid-semantic: WMS " + local.streamId());
  }

  /** Port 0 refuses a section; the formats are repeated because the grammar wants some. */
  private void rejected(MediaSection offered) {
    line(
        "m=%s 0 %s %s"
            .formatted(offered.type(), offered.protocol(), String.join(" ", offered.formats())));
    line("c=IN IP4 0.0.0.0");
    if (!offered.mid().isEmpty()) {
      line("a=mid:" + offered.mid());
    }
    line("a=inactive");
  }

  private void media(NegotiatedMedia media, Setup setup, String protocol) {
    StringBuilder formats = new StringBuilder();
    boolean rtx = false;
    for (NegotiatedCodec codec : media.codecs()) {
      formats.append(' ').append(codec.payloadType());
      if (codec.rtxPayloadType() >= 0) {
        formats.append(' ').append(codec.rtxPayloadType());
        rtx = true;
      }
    }
    String[] first = local.candidates().isEmpty() ? null : local.candidates().get(0).split(" ");
    String port = first == null ? "9" : first[5];
    String address = first == null ? "0.0.0.0" : first[4];
    String family = address.contains(":") ? "IP6 " : "IP4 ";
    line("m=%s %s %s%s".formatted(name(media.kind()), port, protocol, formats));
    line("c=IN " + family + address);
    line("a=rtcp:" + port + " IN " + family + address);
    if (!media.mid().isEmpty()) {
      line("a=mid:" + media.mid());
    }
    line("a=" + media.direction().attribute());
    line("a=rtcp-mux");
    if (media.reducedSize()) {
      line("a=rtcp-rsize");
    }
    line("a=ice-ufrag:" + local.ice().ufrag());
    line("a=ice-pwd:" + local.ice().password());
    line("a=fingerprint:" + local.fingerprint());
    line("a=setup:" + setup.attribute());
    local.candidates().forEach(candidate -> line("a=" + candidate));
    line("a=end-of-candidates");
    media.codecs().forEach(this::codec);
    extension(media.midExtension(), HeaderExtension.MID);
    extension(media.ridExtension(), HeaderExtension.STREAM_ID);
    extension(media.repairedRidExtension(), HeaderExtension.REPAIRED_STREAM_ID);
    extension(media.transportCcExtension(), HeaderExtension.TRANSPORT_CC);
    extension(media.absSendTimeExtension(), HeaderExtension.ABS_SEND_TIME);
    if (!media.rids().isEmpty()) {
      media.rids().forEach(rid -> line("a=rid:" + rid + " recv"));
      line("a=simulcast:recv " + String.join(";", media.rids()));
    }
    if (media.direction().sends()) {
      outgoing(media.kind(), rtx);
    }
  }

  private void codec(NegotiatedCodec codec) {
    int type = codec.payloadType();
    MediaCodec known = codec.format().codec();
    String channels = known.channels() > 1 ? "/" + known.channels() : "";
    line("a=rtpmap:" + type + " " + known.rtpName() + "/" + known.clockRate() + channels);
    if (!codec.format().parameters().isEmpty()) {
      line("a=fmtp:" + type + " " + codec.format().parameters());
    }
    codec.feedback().forEach(value -> line("a=rtcp-fb:" + type + " " + value));
    if (codec.rtxPayloadType() >= 0) {
      line("a=rtpmap:" + codec.rtxPayloadType() + " rtx/" + known.clockRate());
      line("a=fmtp:" + codec.rtxPayloadType() + " apt=" + type);
    }
  }

  private void extension(int id, String uri) {
    if (id != 0) {
      line("a=extmap:" + id + " " + uri);
    }
  }

  private void outgoing(MediaKind kind, boolean rtx) {
    String msid = local.streamId() + " " + name(kind) + "-" + local.streamId();
    String ssrc = Integer.toUnsignedString(local.outgoing(kind).ssrc());
    String rtxSsrc = Integer.toUnsignedString(local.outgoing(kind).rtxSsrc());
    line("a=msid:" + msid);
    if (rtx) {
      line("a=ssrc-group:FID " + ssrc + " " + rtxSsrc);
    }
    source(ssrc, msid);
    if (rtx) {
      source(rtxSsrc, msid);
    }
  }

  private void source(String ssrc, String msid) {
    line("a=ssrc:" + ssrc + " cname:" + local.cname());
    line("a=ssrc:" + ssrc + " msid:" + msid);
  }

  private static String name(MediaKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void line(String line) {
    text.append(line).append("\r\n");
  }
}
