package io.castmesh.medianode.engine.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DtlsAssociationTest {
  private static final DtlsIdentity ALICE = DtlsIdentity.create(Instant.now());
  private static final DtlsIdentity BOB = DtlsIdentity.create(Instant.now());

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final ThreadPoolExecutor pool = (ThreadPoolExecutor) Executors.newCachedThreadPool();

  /** Processor time of the threads of the pool, in nanoseconds. */
  private final AtomicLong worked = new AtomicLong();

  @AfterEach
  void stop() {
    pool.shutdownNow();
  }

  private void work(Runnable task) {
    pool.execute(
        () -> {
          long before = THREADS.getCurrentThreadCpuTime();
          task.run();
          worked.addAndGet(THREADS.getCurrentThreadCpuTime() - before);
        });
  }

  private void awaitRest() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (pool.getActiveCount() > 0) {
      assertThat(System.nanoTime()).as("waiting for the work to end").isLessThan(deadline);
      Thread.sleep(1);
    }
  }

  /** One end, joined to another in memory; datagrams may be lost on the way. */
  private final class End implements DtlsAssociation.Listener {
    final CompletableFuture<SrtpKeys> keys = new CompletableFuture<>();
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final DtlsAssociation association;
    final Predicate<byte[]> arrives;
    End peer;

    End(
        DtlsAssociation.Role role,
        DtlsIdentity identity,
        Fingerprint expected,
        Predicate<byte[]> arrives) {
      this.arrives = arrives;
      this.association =
          new DtlsAssociation(
              role, identity, List.of(expected), DtlsAssociationTest.this::work, this);
    }

    @Override
    public void onSend(byte[] datagram) {
      if (arrives.test(datagram)) {
        peer.association.onDatagram(datagram, 0, datagram.length);
      }
    }

    @Override
    public void onEstablished(SrtpKeys agreed) {
      keys.complete(agreed);
    }

    @Override
    public void onFailed(String reason) {
      events.add("failed");
      keys.completeExceptionally(new IllegalStateException(reason));
    }

    @Override
    public void onClosedByPeer() {
      events.add("closed");
    }
  }

  private static void join(End a, End b) {
    a.peer = b;
    b.peer = a;
  }

  @Test
  void bothEndsAgreeOnKeysAndPreferGcm() throws Exception {
    // given
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> true);
    join(server, client);

    // when
    client.association.start();

    // then
    SrtpKeys ofServer = server.keys.get(60, TimeUnit.SECONDS);
    SrtpKeys ofClient = client.keys.get(60, TimeUnit.SECONDS);
    assertThat(ofServer.profile()).isEqualTo(SrtpProfile.AEAD_AES_128_GCM);
    assertThat(ofServer.client().key()).isEqualTo(ofClient.client().key()).hasSize(16);
    assertThat(ofServer.server().salt()).isEqualTo(ofClient.server().salt()).hasSize(12);
    assertThat(ofServer.client().key()).isNotEqualTo(ofServer.server().key());
  }

  @Test
  void lostDatagramsDelayTheHandshakeButDoNotEndIt() throws Exception {
    // given: the first datagrams of both sides, and some later ones
    AtomicInteger count = new AtomicInteger();
    Predicate<byte[]> lossy = datagram -> !Set.of(1, 3, 6, 8, 11).contains(count.incrementAndGet());
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), lossy);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), lossy);
    join(server, client);

    // when
    client.association.start();

    // then
    assertThat(server.keys.get(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(client.keys.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void theEndOfAHandshakeIsSaidAgainToWhoMissedIt() throws Exception {
    // given: what the server says last is lost, ChangeCipherSpec and what is encrypted
    AtomicInteger last = new AtomicInteger();
    Predicate<byte[]> lossy =
        datagram ->
            (datagram[0] != ContentType.change_cipher_spec && datagram[4] == 0)
                || last.incrementAndGet() > 2;
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), lossy);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> true);
    join(server, client);

    // when
    client.association.start();

    // then: the server was done with it
    assertThat(client.keys.get(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(server.keys).isDone();
    assertThat(last.get()).isGreaterThan(2);
  }

  @Test
  void aCertificateThatIsNotTheOneInTheSdpEndsTheHandshake() throws Exception {
    // given
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, ALICE.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> true);
    join(server, client);

    // when
    client.association.start();

    // then
    assertThat(server.events.poll(60, TimeUnit.SECONDS)).isEqualTo("failed");
  }

  @Test
  void aMessageThatSaysToBeHugeIsNotBegun() throws Exception {
    // given: the header of a ClientHello of 16 MB
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> true);
    join(server, client);
    byte[] huge =
        HexFormat.of().parseHex("16fefd0000000000000063000c" + "01ffffff0000000000000000");
    server.association.onDatagram(huge, 0, huge.length);

    // when
    client.association.start();

    // then: the true one is the first one
    assertThat(server.keys.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void aPeerWithKeysMayNotSayMore() throws Exception {
    // given
    DtlsIdentity boaster = DtlsIdentity.create(Instant.now(), new BoastingCrypto());
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, boaster.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, boaster, ALICE.fingerprint(), d -> true);
    join(server, client);

    // when
    client.association.start();

    // then: without waiting for the rest
    assertThat(server.events.poll(60, TimeUnit.SECONDS)).isEqualTo("failed");
  }

  /** Says of the encrypted end of its handshake that it has 16 MB. */
  private static final class BoastingCrypto extends BcTlsCrypto {
    BoastingCrypto() {
      super(new SecureRandom());
    }

    @Override
    public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac)
        throws IOException {
      TlsCipher cipher = super.createCipher(parameters, encryption, mac);
      return (TlsCipher)
          Proxy.newProxyInstance(
              TlsCipher.class.getClassLoader(),
              new Class<?>[] {TlsCipher.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("encodePlaintext")
                    && arguments[1].equals(ContentType.handshake)) {
                  int offset = (int) arguments[5];
                  Arrays.fill((byte[]) arguments[4], offset + 1, offset + 4, (byte) 0xff);
                }
                return method.invoke(cipher, arguments);
              });
    }
  }

  @Test
  void anErrorOfAHandshakeIsToldAsItsFailure() throws Exception {
    // given
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), d -> true);
    End client =
        new End(
            DtlsAssociation.Role.CLIENT,
            BOB,
            ALICE.fingerprint(),
            datagram -> {
              throw new OutOfMemoryError("not truly");
            });
    join(server, client);

    // when
    client.association.start();

    // then
    assertThat(client.events.poll(60, TimeUnit.SECONDS)).isEqualTo("failed");
  }

  @Test
  void theOtherEndHearsOfAClose() throws Exception {
    // given
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> true);
    join(server, client);
    client.association.start();
    server.keys.get(60, TimeUnit.SECONDS);
    client.keys.get(60, TimeUnit.SECONDS);

    // when
    client.association.close();

    // then
    assertThat(server.events.poll(60, TimeUnit.SECONDS)).isEqualTo("closed");
    assertThat(client.events).isEmpty();
  }

  @Test
  void garbageAfterTheHandshakeKeepsNoProcessorBusy() throws Exception {
    // given
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> true);
    join(server, client);
    client.association.start();
    server.keys.get(60, TimeUnit.SECONDS);
    client.keys.get(60, TimeUnit.SECONDS);
    awaitRest();
    long before = worked.get();
    long began = System.nanoTime();

    // when: records of an epoch that is none
    byte[] garbage = HexFormat.of().parseHex("17fefd0007000000000000000100");
    for (int i = 0; i < 1_000; i++) {
      server.association.onDatagram(garbage, 0, garbage.length);
      awaitRest();
    }

    // then: the library looks on for a millisecond each time, half of it on average
    assertThat(worked.get() - before).isLessThan((System.nanoTime() - began) / 4);
    assertThat(server.events).isEmpty();
  }

  @Test
  void forgedRecordsEndNothingHoweverShortTheyAre() throws Exception {
    // given
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> true);
    join(server, client);
    client.association.start();
    server.keys.get(60, TimeUnit.SECONDS);
    client.keys.get(60, TimeUnit.SECONDS);

    // when: of the right epoch, with all lengths from nothing to more than a tag needs
    for (int length = 0; length < 40; length++) {
      byte[] record = Arrays.copyOf(HexFormat.of().parseHex("17fefd0001"), 13 + length);
      record[10] = (byte) (100 + length);
      record[12] = (byte) length;
      server.association.onDatagram(record, 0, record.length);
      awaitRest();
    }

    // then: it still hears of its peer
    assertThat(server.events).isEmpty();
    client.association.close();
    assertThat(server.events.poll(60, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void closingStopsAHandshakeThatWaitsForItsPeer() throws Exception {
    // given
    End server = new End(DtlsAssociation.Role.SERVER, ALICE, BOB.fingerprint(), d -> true);
    End client = new End(DtlsAssociation.Role.CLIENT, BOB, ALICE.fingerprint(), d -> false);
    join(server, client);
    client.association.start();

    // when
    client.association.close();
    pool.shutdown();

    // then: no thread is left waiting for the peer
    assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThat(client.events).isEmpty();
  }

  @Test
  void fingerprintsOfWeakHashesAreNotRead() {
    assertThat(Fingerprint.parse("sha-1 AA:BB")).isEmpty();
    assertThat(Fingerprint.parse("sha-256 AA:BB")).isEmpty();
    assertThat(Fingerprint.parse("sha-256")).isEmpty();
    assertThat(Fingerprint.parse(ALICE.fingerprint().toString())).contains(ALICE.fingerprint());
  }
}
