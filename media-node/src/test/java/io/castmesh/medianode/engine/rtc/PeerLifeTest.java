package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.dtls.Fingerprint;
import io.castmesh.medianode.engine.ice.IceLiteAgent;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.sdp.Direction;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How peers come to the engine and go. */
class PeerLifeTest extends EngineScene {
  @Test
  void aPassivePeerIsServedInTheClientRole() throws Exception {
    // given
    Joined passive =
        new Joined("passive", Direction.SENDRECV, new TestPeer(true, TestPeer.fingerprint()));
    passive.connected();
    passive.connect(passive.peer);

    // when
    camera(passive, 1);

    // then
    await("its own picture", () -> passive.remote.received(TestPeer.VIDEO_TYPE).size() > 5);
  }

  @Test
  void aForgedCertificateIsRefused() throws Exception {
    // given
    Fingerprint another = new Fingerprint("sha-256", new byte[32]);

    // when
    Joined impostor = new Joined("impostor", Direction.SENDONLY, new TestPeer(false, another));

    // then
    await("the refusal", () -> impostor.events.contains("dtls FAILED"));
    assertThat(impostor.events).doesNotContain("connected true");
  }

  @Test
  void aPeerThatSaysGoodByeIsNoticedAtOnce() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);

    // when
    presenter.remote.close();

    // then
    await("the end", () -> presenter.events.contains("connected false"));
    assertThat(presenter.events).contains("dtls CLOSED");
  }

  @Test
  void whoNeverDecidedForAWayIsNotConnectedWhenItFallsSilent() throws Exception {
    // given: keys are agreed on by the way that it checks
    TestPeer undecided = new TestPeer();
    undecided.nominates = false;
    Joined joined = new Joined("undecided", Direction.RECVONLY, undecided);
    await("its keys", () -> joined.events.contains("dtls CONNECTED"));
    undecided.vanish();

    // when
    PeerConnection connection = ((RtcPeer) joined.peer).connection();
    MediaLoop loop = engine.loops().get(0).loop();
    long later = MediaLoop.now() + IceLiteAgent.DISCONNECTED_AFTER + TimeUnit.SECONDS.toNanos(5);
    loop.submit(
            () -> {
              connection.tick(later);
              return null;
            })
        .get(60, TimeUnit.SECONDS);

    // then
    await("the silence", () -> joined.events.contains("ice DISCONNECTED"));
    loop.submit(() -> null).get(60, TimeUnit.SECONDS);
    assertThat(joined.events).doesNotContain("connected true");
  }

  @Test
  void aReleasedPeerIsToldAndForgotten() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDRECV);
    presenter.connect(presenter.peer);
    camera(presenter, 1);
    await("video", () -> presenter.remote.received(TestPeer.VIDEO_TYPE).size() >= 5);

    // when
    presenter.peer.release().toCompletableFuture().get(60, TimeUnit.SECONDS);

    // then
    presenter.remote.closedByEngine.get(60, TimeUnit.SECONDS);
    await("bye", () -> presenter.remote.rtcp.stream().anyMatch(l -> l.startsWith("bye ")));
    assertThat(engine.stats().peers()).isZero();
    presenter.peer.release().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void strangersAndGarbageAreCountedAndIgnored() throws Exception {
    // given
    Joined presenter = join("presenter", Direction.SENDONLY);
    TestPeer stranger = new TestPeer();
    toClose.add(stranger::vanish);
    long before = engine.strangers();

    // when: garbage from somebody known, and all kinds of packets from somebody unknown
    try (java.net.DatagramSocket socket = new java.net.DatagramSocket()) {
      for (int first = 0; first < 256; first++) {
        byte[] datagram = new byte[30];
        datagram[0] = (byte) first;
        presenter.remote.send(datagram);
        socket.send(
            new java.net.DatagramPacket(
                datagram,
                datagram.length,
                java.net.InetAddress.getLoopbackAddress(),
                engine.mediaPorts().get(0)));
      }
    }

    // then
    await("the strangers to be counted", () -> engine.strangers() >= before + 256);
    camera(presenter, 1);
    await("video to flow all the same", () -> presenter.events.contains("in VIDEO true"));
  }

  @Test
  void offersAreAnsweredOnceAndGarbageNever() {
    // given
    WebRtcPeer peer = engine.createWebRtcPeer("peer", new WebRtcPeer.Listener() {});
    TestPeer remote = new TestPeer();
    toClose.add(remote::vanish);

    // then
    assertThat(peer.processOffer("garbage").toCompletableFuture())
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(SdpException.class);
    assertThat(peer.processOffer(remote.offer(Direction.SENDRECV)).toCompletableFuture())
        .succeedsWithin(5, TimeUnit.SECONDS);
    assertThat(peer.processOffer(remote.offer(Direction.SENDRECV)).toCompletableFuture())
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(IllegalStateException.class);
  }
}
