package io.castmesh.medianode.engine.sdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import org.junit.jupiter.api.Test;

/** What is agreed on feedback by plain RTP. */
class PlainFeedbackTest {
  @Test
  void thereIsNoTransportFeedbackWhateverIsOffered() {
    // given
    String offer =
        """
        v=0
        c=IN IP4 127.0.0.1
        m=video 5004 RTP/AVPF 96
        a=sendrecv
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 goog-remb
        a=rtcp-fb:96 transport-cc
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        """
            .replace("\n", "\r\n");

    // when
    NegotiatedMedia video =
        PlainNegotiation.of(offer, false)
            .section(MediaKind.VIDEO)
            .flatMap(PlainNegotiation.Section::agreed)
            .orElseThrow();

    // then: what the answer says, so that the sender goes by REMB
    assertThat(video.transportCcExtension()).isZero();
    assertThat(video.codecs().get(0).feedback()).containsExactly("goog-remb");
  }
}
