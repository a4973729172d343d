package io.castmesh.medianode.engine.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.dtls.DtlsIdentity;
import io.castmesh.medianode.engine.ice.IceCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SdpTest {
  private static final DtlsIdentity IDENTITY = DtlsIdentity.create(Instant.now());

  private static String offer(String name) {
    try (InputStream in = SdpTest.class.getResourceAsStream("/sdp/" + name + ".sdp")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String numbered(int count, String text) {
    return IntStream.range(0, count).mapToObj(text::formatted).collect(Collectors.joining());
  }

  private static LocalDescription local() {
    return new LocalDescription(
        1,
        new IceCredentials("ourufrag", "ourpassword0123456789abc"),
        IDENTITY.fingerprint(),
        HostCandidates.of(List.of(InetAddress.getLoopbackAddress()), 5000, 0).attributes(),
        "cname",
        "stream",
        new LocalDescription.Outgoing(1001, 1002),
        new LocalDescription.Outgoing(2001, -1));
  }

  private static SessionDescription answerTo(String offer) {
    return SessionDescription.parse(
        SdpWriter.answer(local(), Negotiation.of(SessionDescription.parse(offer))));
  }

  @Test
  void answersChromiumWithEveryCodecThatCanBePassedOn() {
    // when
    String text =
        SdpWriter.answer(
            local(), Negotiation.of(SessionDescription.parse(offer("chromium-sendrecv"))));
    SessionDescription answer = SessionDescription.parse(text);

    // then
    assertThat(text).contains("a=ice-lite\r\n", "a=end-of-candidates\r\n");
    assertThat(answer.bundle()).containsExactly("0", "1");
    MediaSection audio = answer.sections().get(0);
    assertThat(audio.codecs()).extracting(Codec::name).containsExactly("opus", "PCMU", "PCMA");
    assertThat(audio.codecs().get(0).parameters()).isEqualTo("minptime=10;useinbandfec=1");
    assertThat(audio.direction()).isEqualTo(Direction.SENDRECV);
    assertThat(audio.setup()).contains(Setup.PASSIVE);
    assertThat(audio.rtcpMux()).isTrue();
    assertThat(audio.port()).isEqualTo(5000);
    assertThat(audio.ssrcs()).containsExactly(1001);
    MediaSection video = answer.sections().get(1);
    assertThat(text).contains("m=video 5000 UDP/TLS/RTP/SAVPF 96 97 102 103 104 107 ");
    assertThat(text).doesNotContain("red/90000", "ulpfec");
    assertThat(video.codecs())
        .extracting(Codec::name)
        .filteredOn(name -> !name.equals("rtx"))
        .containsExactly(
            "VP8", "H264", "H264", "H264", "H264", "H264", "H264", "AV1", "VP9", "VP9");
    assertThat(video.codec("H264").orElseThrow().parameters())
        .isEqualTo("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f");
    assertThat(video.codecs().get(1).associatedPayloadType()).isEqualTo(96);
    assertThat(video.codecs().get(0).feedback())
        .containsExactlyInAnyOrder("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");
    assertThat(video.ssrcs()).containsExactly(2001);
    assertThat(video.retransmissions()).containsEntry(2001, -1);
    assertThat(video.fingerprints()).containsExactly(IDENTITY.fingerprint());
    assertThat(video.extensions().keySet())
        .containsExactlyInAnyOrder(
            "urn:ietf:params:rtp-hdrext:sdes:mid",
            "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01");
  }

  @Test
  void telephonesNeedNoMapOfTheirTypes() {
    // given
    String telephone =
        offer("chromium-sendrecv")
            .replace("RTP/SAVPF 111 63 9 0 8 13 110 126", "RTP/SAVPF 8 0")
            .replaceAll("a=rtpmap:[08] .*\r\n", "");

    // then
    assertThat(answerTo(telephone).sections().get(0).codecs())
        .extracting(Codec::name)
        .containsExactly("PCMA", "PCMU");
  }

  @Test
  void mirrorsTheDirections() {
    assertThat(answerTo(offer("chromium-recvonly")).sections())
        .extracting(MediaSection::direction)
        .containsOnly(Direction.SENDONLY);
    SessionDescription toSender = answerTo(offer("firefox-sendonly"));
    assertThat(toSender.sections())
        .extracting(MediaSection::direction)
        .containsOnly(Direction.RECVONLY);
    assertThat(toSender.sections().get(1).ssrcs()).isEmpty();
  }

  @Test
  void readsWhatFirefoxPutsIntoTheSessionPart() {
    // when
    Negotiation negotiation = Negotiation.of(SessionDescription.parse(offer("firefox-sendonly")));

    // then
    NegotiatedMedia video = negotiation.media(MediaKind.VIDEO).orElseThrow();
    assertThat(negotiation.fingerprints()).hasSize(1);
    assertThat(negotiation.remoteIce().ufrag()).isEqualTo("9c1e3f2a");
    assertThat(video.codecs().get(0).payloadType()).isEqualTo(120);
    assertThat(video.codecs().get(0).rtxPayloadType()).isEqualTo(124);
    assertThat(video.transportCcExtension()).isEqualTo(7);
    MediaSection offered = negotiation.sections().get(1).offered();
    assertThat(offered.ssrcs()).containsExactly((int) 2222222222L);
    assertThat(offered.retransmissions()).containsEntry((int) 2222222222L, (int) 3333333333L);
  }

  @Test
  void takesASectionThatIsOnlyThereInItsBundle() {
    // given: as Firefox offers every section but the first
    String bundled =
        offer("firefox-sendonly")
            .replaceAll("m=video 9 ([^\\r\\n]*)", "m=video 0 $1\r\na=bundle-only");
    assertThat(bundled).contains("m=video 0 ");

    // when
    SessionDescription answer = answerTo(bundled);

    // then
    assertThat(answer.sections()).allSatisfy(section -> assertThat(section.port()).isNotZero());
    assertThat(answer.bundle()).containsExactly("0", "1");
  }

  @Test
  void makesNoBundleOfSectionsThatAreOfferedApart() {
    // given
    String apart = offer("chromium-sendrecv").replaceAll("a=group:BUNDLE.*\r\n", "");

    // when
    String answer = SdpWriter.answer(local(), Negotiation.of(SessionDescription.parse(apart)));

    // then: one transport is one section
    assertThat(answer).doesNotContain("a=group");
    assertThat(SessionDescription.parse(answer).sections())
        .extracting(MediaSection::port)
        .containsExactly(5000, 0);
  }

  @Test
  void refusesSectionsItCannotDo() {
    // given: a codec of the future only in the video section, and a data channel
    String unknown =
        offer("firefox-sendonly")
                .replaceAll("(VP8|VP9|H264|AV1)/90000", "AV2/90000")
                .replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0 1 2")
            + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
            + "c=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n";

    // when
    SessionDescription answer = answerTo(unknown);

    // then
    assertThat(answer.sections()).hasSize(3);
    assertThat(answer.sections().get(1).port()).isZero();
    assertThat(answer.sections().get(2).port()).isZero();
    assertThat(answer.sections().get(2).formats()).containsExactly("webrtc-datachannel");
    assertThat(answer.bundle()).containsExactly("0");
  }

  @Test
  void takesTheClientRoleOnlyFromAPassivePeer() {
    // given
    String passive = offer("chromium-sendrecv").replace("setup:actpass", "setup:passive");
    String active = offer("chromium-sendrecv").replace("setup:actpass", "setup:active");

    // then
    assertThat(answerTo(passive).sections().get(0).setup()).contains(Setup.ACTIVE);
    assertThat(answerTo(active).sections().get(0).setup()).contains(Setup.PASSIVE);
  }

  @Test
  void withoutTransportFeedbackRembAndSendTimeStay() {
    // given
    String old = offer("chromium-sendrecv").replaceAll("a=.*transport-(cc|wide).*\r\n", "");

    // when
    MediaSection video = answerTo(old).sections().get(1);

    // then
    assertThat(video.codecs().get(0).feedback()).contains("goog-remb").doesNotContain("cc");
    assertThat(video.extensions())
        .containsKey("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time");
  }

  @Test
  void takesTheLayersThatChromiumOffersByRid() {
    // given
    String layered =
        offer("chromium-sendrecv")
            + "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;~h;f,q\r\n";

    // when
    String answer = SdpWriter.answer(local(), Negotiation.of(SessionDescription.parse(layered)));

    // then
    assertThat(answer)
        .contains(
            "a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f\r\n",
            "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n",
            "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n");
  }

  @Test
  void takesNoLayersThatItCannotTellApart() {
    // given
    String layers = "a=rid:q send\r\na=rid:f send\r\na=simulcast:send q;f\r\n";
    String noIds = offer("chromium-sendrecv").replaceAll("a=extmap:10 .*\r\n", "") + layers;
    String vp9First = offer("chromium-sendrecv").replace("SAVPF 96 97 102", "SAVPF 98 96 97 102");
    String watching = offer("chromium-recvonly") + layers;

    // then
    for (String offer : List.of(noIds, vp9First + layers, watching)) {
      assertThat(SdpWriter.answer(local(), Negotiation.of(SessionDescription.parse(offer))))
          .doesNotContain("a=rid", "a=simulcast");
    }
  }

  @Test
  void ourOwnOfferCanBeAnswered() {
    // when
    SessionDescription ours =
        SessionDescription.parse(SdpWriter.offer(local(), OfferOptions.EVERYTHING));
    Negotiation negotiation = Negotiation.of(ours);

    // then
    assertThat(ours.sections())
        .extracting(s -> s.setup().orElseThrow())
        .containsOnly(Setup.ACTPASS);
    assertThat(negotiation.media(MediaKind.AUDIO)).isPresent();
    assertThat(negotiation.media(MediaKind.VIDEO).orElseThrow().codecs())
        .extracting(codec -> codec.format().codec())
        .containsExactly(MediaCodec.VP8, MediaCodec.VP9, MediaCodec.H264, MediaCodec.AV1);
  }

  @Test
  void aTypeThatIsRepeatedIsAnsweredOnce() {
    // given: a few thousand characters that would become a million
    String repeated =
        offer("firefox-sendonly")
            .replace("SAVPF 120 124", "SAVPF" + " 120 0120 +120".repeat(300) + " 124")
            .replace("a=fmtp:120 ", "a=fmtp:120 x=" + "y".repeat(1_200) + ";");

    // when
    String answer = SdpWriter.answer(local(), Negotiation.of(SessionDescription.parse(repeated)));

    // then
    assertThat(answer.length()).isLessThan(repeated.length());
    assertThat(SessionDescription.parse(answer).sections().get(1).codecs())
        .extracting(Codec::payloadType)
        .containsExactly(120, 124, 121, 125, 126, 127, 97, 98);
  }

  @Test
  void garbageIsAnSdpException() {
    String good = offer("chromium-sendrecv");
    for (String bad :
        new String[] {
          null,
          "",
          "hello",
          "v=0\r\n",
          "v=0\r\nnonsense\r\n",
          "v=0\r\nm=audio\r\n",
          "v=0\r\nm=audio x UDP/TLS/RTP/SAVPF 111\r\n",
          good.replaceAll("(opus|PCMU|PCMA)/", "speex/").replaceAll("(VP8|VP9|H264|AV1)/", "H266/"),
          good.replaceAll("a=fingerprint.*\r\n", ""),
          good.replaceAll("a=ice-pwd.*\r\n", ""),
          good.replaceAll("a=rtcp-mux\r\n", ""),
          good.replace("sha-256", "sha-1"),
          good.replace("opus/48000/2", "opus/fast"),
          good.replace("SAVPF 111", "SAVPF" + numbered(129, " x%d") + " 111"),
          good + numbered(65, "a=rtcp-fb:* x%d\r\n"),
          "x".repeat(300_000)
        }) {
      assertThatThrownBy(() -> Negotiation.of(SessionDescription.parse(bad)))
          .as(String.valueOf(bad))
          .isInstanceOf(SdpException.class);
    }
  }

  @Test
  void noiseGivesNothingButSdpExceptions() {
    // given
    Random random = new Random(5);
    byte[] good = offer("chromium-sendrecv").getBytes(StandardCharsets.UTF_8);

    // when / then
    for (int i = 0; i < 3000; i++) {
      byte[] noisy = good.clone();
      for (int j = 0; j < 20; j++) {
        noisy[random.nextInt(noisy.length)] = (byte) (32 + random.nextInt(95));
      }
      try {
        answerTo(new String(noisy, StandardCharsets.UTF_8));
      } catch (SdpException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      }
    }
  }
}
