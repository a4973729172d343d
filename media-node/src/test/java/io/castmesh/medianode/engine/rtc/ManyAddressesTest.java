package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.MediaNodeConfig.Announced;
import io.castmesh.medianode.MediaNodeConfig.IceTcp;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.sdp.Direction;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A machine with several addresses, of both families: every one of 127.0.0.0/8, and ::1. */
class ManyAddressesTest {
  private static final String OFFER =
      """
      v=0
      o=- 1 1 IN %1$s %2$s
      s=-
      c=IN %1$s %2$s
      t=0 0
      m=audio 5004 RTP/AVP 96
      a=rtpmap:96 opus/48000/2
      """
          .replace("\n", "\r\n");

  private final List<AutoCloseable> toClose = new ArrayList<>();

  @BeforeEach
  void bothFamilies() throws Exception {
    assumeThat(MediaLoop.canBind(InetAddress.getByName("::1"))).isTrue();
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = toClose.size() - 1; i >= 0; i--) {
      toClose.get(i).close();
    }
  }

  private RtcEngine engine(String hosts, Announced announced, IceTcp tcp) {
    RtcEngine engine =
        RtcEngine.start(MediaNodeConfig.LOOPBACK.withMediaHost(hosts, announced).withTcp(tcp));
    toClose.add(engine);
    return engine;
  }

  private RtcEngine engine(String hosts) {
    return engine(hosts, Announced.AS_IT_IS, IceTcp.DEFAULT);
  }

  private static <T> T now(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private TestPeer peer() {
    TestPeer peer = new TestPeer();
    toClose.add(peer::vanish);
    return peer;
  }

  private static String answer(RtcEngine engine, TestPeer to) throws Exception {
    WebRtcPeer peer = engine.createWebRtcPeer("peer", new WebRtcPeer.Listener() {});
    return now(peer.processOffer(to.offer(Direction.SENDRECV)));
  }

  /** Protocol, address and port of each candidate, of the first m-line. */
  private static List<String> candidates(String sdp) {
    return sdp.split("m=")[1]
        .lines()
        .filter(line -> line.startsWith("a=candidate:"))
        .map(line -> line.split(" "))
        .map(words -> words[2] + " " + words[4] + " " + words[5])
        .toList();
  }

  @Test
  void eachAddressHasItsSocketsAndAPeerIsAnsweredFromTheOneItAsked() throws Exception {
    // given
    RtcEngine engine = engine("127.0.0.1,127.0.0.2,::1");
    int port = engine.mediaPorts().get(0);

    // then
    for (String address : List.of("127.0.0.1", "127.0.0.2", "::1")) {
      TestPeer peer = peer();
      String answer = answer(engine, peer);
      assertThat(candidates(answer))
          .containsExactly(
              "udp 127.0.0.1 " + port,
              "udp 127.0.0.2 " + port,
              "udp 0:0:0:0:0:0:0:1 " + port,
              "tcp 127.0.0.1 " + port,
              "tcp 127.0.0.2 " + port,
              "tcp 0:0:0:0:0:0:0:1 " + port);
      // A socket that is connected takes packets from the address that it sends to, and no other.
      peer.begin(answer, TestWire.connected(InetAddress.getByName(address), port));
      peer.secured.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void aPeerMayHaveIpv6Alone() throws Exception {
    // given
    RtcEngine engine = engine("::1");
    TestPeer peer = peer();
    String answer = answer(engine, peer);

    // when
    peer.connect(answer);

    // then
    assertThat(answer).contains("c=IN IP6 0:0:0:0:0:0:0:1\r\n").doesNotContain("c=IN IP4 1");
  }

  @Test
  void announcedAddressesReplaceThoseOfTheMachineOrComeBeforeThem() throws Exception {
    Announced alone = new Announced(List.of("203.0.113.7", "2001:db8::7"), false);
    Announced besides = new Announced(List.of("203.0.113.7"), true);
    IceTcp off = new IceTcp(false, 0, 1);

    RtcEngine translated = engine("127.0.0.1", alone, off);
    int port = translated.mediaPorts().get(0);
    assertThat(candidates(answer(translated, peer())))
        .containsExactly("udp 203.0.113.7 " + port, "udp 2001:db8:0:0:0:0:0:7 " + port);

    RtcEngine both = engine("127.0.0.1", besides, off);
    int other = both.mediaPorts().get(0);
    assertThat(candidates(answer(both, peer())))
        .containsExactly("udp 203.0.113.7 " + other, "udp 127.0.0.1 " + other);
  }

  @Test
  void aNameThatDoesNotResolveIsNamedWhenTheNodeStarts() {
    Announced unknown = new Announced(List.of("media.invalid"), false);
    assertThatThrownBy(() -> engine("127.0.0.1", unknown, IceTcp.DEFAULT))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("media.invalid");
  }

  @Test
  void everyAddressOfTheMachineIsListenedAtAndLoopbackIsKeptForItself() throws Exception {
    // given
    RtcEngine engine = engine("::");
    int port = engine.mediaPorts().get(0);
    TestPeer peer = peer();
    String answer = answer(engine, peer);

    // then: told are others, if there are any
    if (candidates(answer).size() > 2) {
      assertThat(answer).doesNotContain(" 127.0.0.1 " + port).doesNotContain("fe80");
    }
    peer.begin(answer, TestWire.connected(InetAddress.getByName("127.0.0.1"), port));
    peer.secured.get(60, TimeUnit.SECONDS);
  }

  @Test
  void plainRtpIsReceivedAtTheAddressThatTheOtherSideCanReach() throws Exception {
    RtcEngine engine = engine("127.0.0.1,::1");
    for (String remote : List.of("IP4 127.0.0.1", "IP6 ::1")) {
      String[] words = remote.split(" ");
      RtpPeer peer =
          engine.createRtpPeer("rtp", RtpPeer.Protection.NONE, new SdpPeer.Listener() {});
      String answer = now(peer.processOffer(OFFER.formatted(words[0], words[1])));
      String expected = words[0].equals("IP4") ? remote : "IP6 0:0:0:0:0:0:0:1";
      assertThat(answer).contains("c=IN " + expected + "\r\n");
    }
  }
}
