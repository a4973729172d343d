package io.castmesh.medianode.fuzz;

import io.castmesh.medianode.engine.dtls.DtlsAssociation;
import io.castmesh.medianode.engine.dtls.DtlsIdentity;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** DTLS records of somebody who has no certificate: the handshake fails, in good order. */
public final class DtlsFuzzer {
  private static final DtlsIdentity IDENTITY = DtlsIdentity.create(Instant.now());

  private DtlsFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    ExecutorService pool =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work);
              thread.setDaemon(true);
              thread.setUncaughtExceptionHandler((t, problem) -> thrown.set(problem));
              return thread;
            });
    DtlsAssociation association =
        new DtlsAssociation(
            DtlsAssociation.Role.SERVER,
            IDENTITY,
            List.of(IDENTITY.fingerprint()),
            pool,
            new DtlsAssociation.Listener() {
              @Override
              public void onSend(byte[] datagram) {}

              @Override
              public void onEstablished(SrtpKeys keys) {
                thrown.set(new IllegalStateException("agreed on keys without a certificate"));
              }

              @Override
              public void onFailed(String reason) {}

              @Override
              public void onClosedByPeer() {}
            });
    association.start();
    for (byte[] datagram : Chunks.of(data)) {
      association.onDatagram(datagram, 0, datagram.length);
    }
    Thread.sleep(1); // for the handshake to look at them
    association.close();
    pool.shutdown();
    if (!pool.awaitTermination(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the handshake does not end");
    }
    if (thrown.get() != null) {
      throw new IllegalStateException(thrown.get());
    }
  }
}
