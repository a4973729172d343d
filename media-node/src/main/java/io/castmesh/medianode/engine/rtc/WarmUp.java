package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.dtls.DtlsAssociation;
import io.castmesh.medianode.engine.dtls.DtlsIdentity;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import io.castmesh.medianode.engine.srtp.SrtpReceiver;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does once, with nobody waiting, what the first peer would otherwise wait for: a cold Java machine
 * needs half a second for the first handshake, and a sender takes the delay of its first packets
 * for a slow network and stays slow for many seconds.
 */
final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  /** Enough for the compiler to take notice of the ciphers. */
  private static final int PACKETS = 4000;

  /** Until it is compiled, a handshake costs ten times as much: too much for a crowd that comes. */
  private static final int HANDSHAKES = 40;

  /** What is compiled is compiled for every engine of this process. */
  private static final AtomicBoolean done = new AtomicBoolean();

  private WarmUp() {}

  static void startInBackground(DtlsIdentity identity, Executor handshakes) {
    if (!done.compareAndSet(false, true)) {
      return;
    }
    Thread thread =
        new Thread(
            () -> {
              long start = System.nanoTime();
              ciphers();
              int left = HANDSHAKES;
              while (left > 0 && handshake(identity, handshakes)) {
                left--;
              }
              log.debug("warm after {} ms", (System.nanoTime() - start) / 1_000_000);
            },
            "media-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  private static void ciphers() {
    SrtpKeys.Master master = new SrtpKeys.Master(new byte[16], new byte[12]);
    SrtpSender sender = new SrtpSender(SrtpProfile.AEAD_AES_128_GCM, master);
    SrtpReceiver receiver = new SrtpReceiver(SrtpProfile.AEAD_AES_128_GCM, master);
    byte[] payload = new byte[1100];
    byte[] packet = new byte[1200];
    for (int i = 0; i < PACKETS; i++) {
      Rtp.writeHeader(packet, 0, false, false, 96, i, i, 1);
      int length = sender.sealRtp(payload, 0, payload.length, packet, 0, Rtp.FIXED_HEADER, 1, i);
      receiver.openRtp(packet, 0, length, Rtp.FIXED_HEADER);
    }
  }

  /** The node's certificate with itself, in memory; false when it did not come to an end. */
  private static boolean handshake(DtlsIdentity identity, Executor handshakes) {
    CountDownLatch finished = new CountDownLatch(2);
    DtlsAssociation[] ends = new DtlsAssociation[2];
    for (int i = 0; i < 2; i++) {
      int other = 1 - i;
      ends[i] =
          new DtlsAssociation(
              i == 0 ? DtlsAssociation.Role.SERVER : DtlsAssociation.Role.CLIENT,
              identity,
              List.of(identity.fingerprint()),
              handshakes,
              new End(datagram -> ends[other].onDatagram(datagram, 0, datagram.length), finished));
    }
    ends[1].start();
    try {
      boolean came = finished.await(10, TimeUnit.SECONDS);
      if (!came) {
        log.debug("the engine ended before it was warm");
      }
      return came;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      ends[0].close();
      ends[1].close();
    }
  }

  private record End(Consumer<byte[]> toPeer, CountDownLatch done)
      implements DtlsAssociation.Listener {
    @Override
    public void onSend(byte[] datagram) {
      toPeer.accept(datagram);
    }

    @Override
    public void onEstablished(SrtpKeys keys) {
      done.countDown();
    }

    @Override
    public void onFailed(String reason) {
      done.countDown();
    }

    @Override
    public void onClosedByPeer() {
      // Both ends are closed together.
    }
  }
}
