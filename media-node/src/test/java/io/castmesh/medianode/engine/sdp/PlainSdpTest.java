package io.castmesh.medianode.engine.sdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import org.junit.jupiter.api.Test;

/** Descriptions of plain RTP. */
class PlainSdpTest {
  private static final String TRANSPORT_CC =
      "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

  private static String offer(String attributes) {
    return """
        v=0
        o=- 1 1 IN IP4 192.0.2.1
        s=-
        c=IN IP4 192.0.2.1
        t=0 0
        m=video 5004 RTP/AVPF 96 97
        a=rtpmap:96 VP8/90000
        """
        .concat(attributes)
        .replace("\n", "\r\n");
  }

  @Test
  void nothingIsAgreedThatTheAnswerDoesNotSay() {
    // given
    String offer =
        offer(
            """
            a=rtpmap:97 rtx/90000
            a=fmtp:97 apt=96
            a=rtcp-fb:96 nack
            a=rtcp-fb:96 goog-remb
            a=rtcp-fb:96 transport-cc
            a=rtcp-rsize
            a=extmap:3 %s
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
            a=rid:q send
            a=rid:f send
            a=simulcast:send q;f
            """
                .formatted(TRANSPORT_CC));

    // when
    NegotiatedMedia agreed =
        PlainNegotiation.of(offer, false).section(MediaKind.VIDEO).orElseThrow().agreed().get();

    // then
    assertThat(agreed.codecs())
        .singleElement()
        .satisfies(
            codec -> {
              assertThat(codec.rtxPayloadType()).isEqualTo(-1);
              assertThat(codec.feedback()).containsExactlyInAnyOrder("nack", "goog-remb");
            });
    assertThat(agreed.rids()).isEmpty();
    assertThat(agreed.reducedSize()).isFalse();
    assertThat(agreed.ridExtension()).isZero();
    assertThat(agreed.transportCcExtension()).isZero();
  }
}
