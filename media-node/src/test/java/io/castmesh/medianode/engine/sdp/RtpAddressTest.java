package io.castmesh.medianode.engine.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.engine.SdpException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RtpAddressTest {
  private static String offer(String connection) {
    return String.join(
        "\r\n",
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "c=IN " + connection,
        "t=0 0",
        "m=video 5000 RTP/AVPF 96",
        "a=rtpmap:96 VP8/90000",
        "");
  }

  private static InetSocketAddress addressIn(String connection) {
    return PlainNegotiation.of(offer(connection), false).sections().get(0).remote().rtp();
  }

  @Test
  void addressesOfBothFamiliesAreTaken() {
    assertThat(addressIn("IP4 192.0.2.1")).isEqualTo(new InetSocketAddress("192.0.2.1", 5000));
    assertThat(addressIn("IP4 224.2.1.1/127")).isEqualTo(new InetSocketAddress("224.2.1.1", 5000));
    assertThat(addressIn("IP6 2001:db8::1")).isEqualTo(new InetSocketAddress("2001:db8::1", 5000));
  }

  /** Some of these Java takes for addresses all the same, others for names to be looked up. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "IP4 16909060",
        "IP4 1.2.3",
        "IP4 192.0.2.999",
        "IP4 1.2.3.4.5",
        "IP4 .",
        "IP4 localhost",
        "IP6 .:",
        "IP6 1:2",
        "IP6 ::12345",
        "IP4"
      })
  void whatIsNoAddressIsRefusedAndNotLookedUp(String connection) {
    assertThatThrownBy(() -> addressIn(connection))
        .isInstanceOf(SdpException.class)
        .hasMessageContaining("not an address");
  }
}
