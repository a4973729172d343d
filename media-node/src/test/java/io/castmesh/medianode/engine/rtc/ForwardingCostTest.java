package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import io.castmesh.medianode.engine.track.PacketHistory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a forwarded packet leaves for the garbage collector. */
class ForwardingCostTest {
  private static final int VIEWERS = 4;
  private static final int PACKETS = 6_400;
  private static final int LENGTH = 1_000;
  private static final MediaFormat VP8 = new MediaFormat(MediaCodec.VP8, "");
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final RtcEngine engine = RtcEngine.start(MediaNodeConfig.LOOPBACK);
  private final List<TestPeer> remotes = new ArrayList<>();

  @AfterEach
  void stop() {
    remotes.forEach(TestPeer::vanish);
    engine.close();
  }

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private RtcPeer join(String id, Direction direction) throws Exception {
    CompletableFuture<Boolean> ready = new CompletableFuture<>();
    RtcPeer peer =
        (RtcPeer)
            engine.createWebRtcPeer(
                id,
                new WebRtcPeer.Listener() {
                  @Override
                  public void onConnected(boolean connected) {
                    ready.complete(connected);
                  }
                });
    TestPeer remote = new TestPeer();
    remotes.add(remote);
    String offer = remote.offer(direction);
    remote.connect(peer.processOffer(offer).toCompletableFuture().get(60, TimeUnit.SECONDS));
    assertThat(ready.get(60, TimeUnit.SECONDS)).isTrue();
    return peer;
  }

  /** Bytes that the loop allocates for each packet to each viewer. */
  private double forwarding(RtcPeer presenter) throws Exception {
    PacketHistory history = new PacketHistory(64);
    byte[] keyFrame = {0x10, 0x50, 0x42, 0, (byte) 0x9d, 1, 0x2a, 0x40, 1, (byte) 0xf0, 0};
    byte[] payload = new byte[LENGTH];
    System.arraycopy(keyFrame, 0, payload, 0, keyFrame.length);
    return engine
        .loops()
        .get(0)
        .loop()
        .submit(
            () -> {
              InboundTrack track = presenter.connection().inbound(MediaKind.VIDEO);
              long sentBefore = engine.stats().packetsSent();
              long before = allocated();
              for (int i = 0; i < PACKETS; i++) {
                track.forward(history.store(VP8, i, i, true, true, payload, 0, LENGTH, 1), 1);
              }
              long bytes = allocated() - before;
              assertThat(engine.stats().packetsSent() - sentBefore)
                  .isEqualTo((long) PACKETS * VIEWERS);
              return (double) bytes / PACKETS / VIEWERS;
            })
        .get(30, TimeUnit.SECONDS);
  }

  /** Java's AES-GCM wants to be initialised for each packet, and makes some objects each time. */
  private static double sealing() {
    SrtpSender sender =
        new SrtpSender(
            SrtpProfile.AEAD_AES_128_GCM, new SrtpKeys.Master(new byte[16], new byte[12]));
    byte[] payload = new byte[LENGTH];
    byte[] out = new byte[LENGTH + 100];
    int count = PACKETS * VIEWERS;
    long before = allocated();
    for (int i = 1; i <= count; i++) {
      Rtp.writeHeader(out, 0, false, false, 96, i, i, 1);
      sender.sealRtp(payload, 0, LENGTH, out, 0, Rtp.FIXED_HEADER, 1, i);
    }
    return (double) (allocated() - before) / count;
  }

  @Test
  void nothingButTheCipherAllocatesForAForwardedPacket() throws Exception {
    // given: viewers, and code that has been compiled
    RtcPeer presenter = join("presenter", Direction.SENDONLY);
    for (int i = 0; i < VIEWERS; i++) {
      presenter.connect(join("viewer-" + i, Direction.RECVONLY), MediaKind.VIDEO);
    }
    for (int i = 0; i < 3; i++) {
      forwarding(presenter);
      sealing();
    }

    // when
    double forwarding = forwarding(presenter);
    double sealing = sealing();
    for (int i = 0; i < 20 && forwarding >= sealing + 40; i++) { // until all of it is compiled
      forwarding = forwarding(presenter);
      sealing = sealing();
    }

    // then: a few bytes for each run of packets; what the compiler leaves out of the cipher differs
    // by an object of 24 bytes
    assertThat(forwarding).isLessThan(sealing + 40);
  }
}
