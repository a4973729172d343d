package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.MediaNodeConfig.PeerLimits;
import io.castmesh.medianode.engine.EngineFullException;
import io.castmesh.medianode.engine.EngineStats.Drops;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.stun.StunBuilder;
import io.castmesh.medianode.engine.stun.StunMessage;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Floods, forgeries and repetitions over real sockets: dropped, counted, and nobody else is hurt.
 */
class PeerLimitsTest {
  private static final PeerLimits LIMITS = new PeerLimits(2, 400, 2_000_000);

  private final List<String> errors = new CopyOnWriteArrayList<>();
  private volatile boolean heard;
  private final TestPeer browser = new TestPeer();
  private final RtcEngine engine = RtcEngine.start(MediaNodeConfig.LOOPBACK.withLimits(LIMITS));

  @AfterEach
  void stop() {
    browser.vanish();
    engine.close();
  }

  private WebRtcPeer peer() {
    return engine.createWebRtcPeer(
        "peer",
        new WebRtcPeer.Listener() {
          @Override
          public void onError(String description) {
            errors.add(description);
          }

          @Override
          public void onConnected(boolean now) {
            heard = now;
          }
        });
  }

  private String connected() throws Exception {
    String answer =
        peer()
            .processOffer(browser.offer(Direction.SENDONLY))
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
    browser.connect(answer);
    await("the keys on the engine's side", () -> heard);
    return answer;
  }

  private void send(long index) {
    browser.sendRtp(
        TestPeer.AUDIO_TYPE, browser.audioSsrc, index, (int) index * 960, false, new byte[50]);
  }

  private void awaitDrops(String what, ToLongFunction<Drops> count, long atLeast) throws Exception {
    await(what, () -> count.applyAsLong(engine.stats().drops()) >= atLeast);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  @Test
  void aPeerThatFloodsIsCutToItsRateAndTold() throws Exception {
    // given
    connected();
    // when
    int[] next = {2};
    await(
        "drops beyond the limit",
        () -> {
          for (int i = 0; i < 500; i++) {
            send(next[0]++);
          }
          return engine.stats().drops().overLimit() >= 500;
        });
    // then
    await("the error", () -> !errors.isEmpty());
    assertThat(errors).allSatisfy(error -> assertThat(error).contains("400 packets/s"));
  }

  @Test
  void checksAndHandshakePacketsAreCutToTheirRateToo() throws Exception {
    // given
    connected();
    byte[] noRecord = {22, (byte) 0xfe, (byte) 0xfd, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    // when
    await(
        "drops beyond the limit",
        () -> {
          for (int i = 0; i < 100; i++) {
            browser.send(browser.check());
            browser.send(noRecord);
          }
          return engine.stats().drops().overLimit() >= 500;
        });
    // then: told, and its media is taken as before
    await("the error", () -> !errors.isEmpty());
    assertThat(errors)
        .allSatisfy(error -> assertThat(error).contains("400 checks and handshake packets/s"));
    for (int i = 0; i < 20; i++) {
      send(i);
    }
    await("media", () -> engine.stats().mediaPackets() >= 20);
  }

  @Test
  void aPeerThatChecksFromEverywhereIsKnownBySoManyWaysAndKeepsItsOwn() throws Exception {
    // given
    connected();
    browser.nominates = false;
    byte[] reply = new byte[200];
    // when
    for (int i = 0; i < PeerTransport.MOST_WAYS + 20; i++) {
      try (DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        other.setSoTimeout(60_000);
        byte[] check = browser.check();
        other.send(
            new DatagramPacket(
                check,
                check.length,
                new InetSocketAddress("127.0.0.1", engine.mediaPorts().get(0))));
        other.receive(new DatagramPacket(reply, reply.length));
      }
    }
    // then
    PeerLoop loop = engine.loops().get(0);
    assertThat(loop.loop().submit(() -> loop.context().peers().ways()).get(60, TimeUnit.SECONDS))
        .isEqualTo(PeerTransport.MOST_WAYS);
    for (int i = 0; i < 20; i++) {
      send(i);
    }
    await("media", () -> engine.stats().mediaPackets() >= 20);
  }

  @Test
  void aPeerMayHaveSoManyConnectionsByTcp() throws Exception {
    // given
    String answer = connected();
    List<TestWire> wires = new ArrayList<>();
    try {
      // when
      for (int i = 0; i < 20; i++) {
        TestWire wire = TestWire.tcp(answer);
        wires.add(wire);
        wire.send(browser.check());
        assertThat(wire.receive(new byte[2_048])).isPositive();
      }
      // then
      await("the first ones to be closed", () -> engine.stats().tcp().open() == 16);
    } finally {
      wires.forEach(TestWire::close);
    }
  }

  @Test
  void morePeersThanAllowedAreRefusedUntilOneGoes() throws Exception {
    // given
    WebRtcPeer first = peer();
    engine.createRtpPeer("second", RtpPeer.Protection.NONE, new WebRtcPeer.Listener() {});
    // when / then
    assertThatThrownBy(this::peer).isInstanceOf(EngineFullException.class);
    // when
    first.release().toCompletableFuture().get(60, TimeUnit.SECONDS);
    // then
    assertThat(peer().id()).isEqualTo("peer");
  }

  @Test
  void aRepeatedPacketIsAReplay() throws Exception {
    // given
    connected();
    byte[] sealed = browser.sealRtp(TestPeer.AUDIO_TYPE, browser.audioSsrc, 70, 70, new byte[20]);
    // when
    for (int i = 0; i < 6; i++) {
      browser.send(sealed);
    }
    // then: the first one was right
    awaitDrops("replays", Drops::forged, 5);
    Thread.sleep(50);
    assertThat(engine.stats().drops().forged()).isEqualTo(5);
  }

  @Test
  void aDamagedPacketIsAForgery() throws Exception {
    // given
    connected();
    byte[] sealed = browser.sealRtp(TestPeer.AUDIO_TYPE, browser.audioSsrc, 80, 80, new byte[20]);
    sealed[sealed.length - 1] ^= 1;
    // when
    browser.send(sealed);
    // then
    awaitDrops("the forgery", Drops::forged, 1);
  }

  @Test
  void aCheckWithoutThePasswordMovesNobody() throws Exception {
    // given
    String answer = connected();
    Matcher ufrag = Pattern.compile("a=ice-ufrag:(\\S+)").matcher(answer);
    assertThat(ufrag.find()).isTrue();
    byte[] check =
        new StunBuilder(StunMessage.BINDING_REQUEST, new byte[12])
            .username(ufrag.group(1) + ":anybody")
            .priority(1)
            .iceControlling(1)
            .useCandidate()
            .build("a guess".getBytes(StandardCharsets.UTF_8));
    // when
    try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 3; i++) {
        stranger.send(
            new DatagramPacket(
                check,
                check.length,
                new InetSocketAddress("127.0.0.1", engine.mediaPorts().get(0))));
      }
      byte[] garbage = "no protocol at all".getBytes(StandardCharsets.UTF_8);
      stranger.send(
          new DatagramPacket(
              garbage,
              garbage.length,
              new InetSocketAddress("127.0.0.1", engine.mediaPorts().get(0))));
    }
    // then: and what the browser sends is still taken
    awaitDrops("forged checks", Drops::forged, 3);
    awaitDrops("garbage", Drops::strangers, 1);
    long before = engine.stats().drops().overLimit() + engine.stats().drops().other();
    for (int i = 100; i < 120; i++) {
      send(i);
    }
    await("media", () -> engine.stats().mediaPackets() >= 20);
    assertThat(engine.stats().drops().overLimit() + engine.stats().drops().other())
        .isEqualTo(before);
  }
}
