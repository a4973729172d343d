package io.castmesh.medianode.engine.dtls;

import io.castmesh.medianode.engine.srtp.SrtpKeys;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;

/**
 * One DTLS association: the handshake, and afterwards an eye on the peer's close_notify.
 *
 * <p>{@link #onDatagram} and {@link #close} may be called from the engine's loop: they never block.
 * Work runs on the given executor, at most one task at a time for one association; a server takes a
 * thread of it only when the peer's first datagram is there. Listeners are called on that thread.
 */
public final class DtlsAssociation {
  /** Which side starts (RFC 5763 section 5). */
  public enum Role {
    CLIENT,
    SERVER
  }

  /** Called on a thread of the pool. */
  public interface Listener {
    void onSend(byte[] datagram);

    void onEstablished(SrtpKeys keys);

    void onFailed(String reason);

    /** The peer closed an established association. */
    void onClosedByPeer();
  }

  private final Role role;
  private final DtlsIdentity identity;
  private final List<Fingerprint> expected;
  private final Executor executor;
  private final Listener listener;
  private final DatagramQueue queue;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  // Guarded by the lock: tasks of the pool only.
  private final Object lock = new Object();
  private volatile DTLSTransport transport;
  private PeerSession session;

  /**
   * @param expected fingerprints of the peer's certificate; one must fit
   */
  public DtlsAssociation(
      Role role,
      DtlsIdentity identity,
      List<Fingerprint> expected,
      Executor executor,
      Listener listener) {
    this.role = role;
    this.identity = identity;
    this.expected = List.copyOf(expected);
    this.executor = executor;
    this.listener = listener;
    this.queue = new DatagramQueue(listener::onSend);
  }

  public Role role() {
    return role;
  }

  /** A client begins, if it has not; a server has nothing to do until it is spoken to. */
  public void start() {
    if (role == Role.CLIENT) {
      startHandshake();
    }
  }

  /** Takes a datagram; a copy is made. */
  public void onDatagram(byte[] data, int offset, int length) {
    if (closed.get() || !queue.offer(Arrays.copyOfRange(data, offset, offset + length))) {
      return;
    }
    if (transport != null) {
      scheduleDrain();
    } else {
      startHandshake();
    }
  }

  private void startHandshake() {
    if (!started.compareAndSet(false, true)) {
      return;
    }
    try {
      executor.execute(this::handshake);
    } catch (RejectedExecutionException overloaded) {
      started.set(false); // the peer repeats its first flight
    }
  }

  private void handshake() {
    synchronized (lock) {
      try {
        DTLSTransport established = role == Role.SERVER ? accept() : connect();
        transport = established;
        listener.onEstablished(session.keys());
      } catch (IOException | RuntimeException | Error e) { // somebody waits for it
        if (closed.compareAndSet(false, true)) {
          listener.onFailed(String.valueOf(e.getMessage()));
        }
        return;
      }
    }
    if (!queue.isEmpty()) {
      scheduleDrain();
    }
    if (closed.get()) {
      sendCloseNotify();
    }
  }

  private DTLSTransport accept() throws IOException {
    SrtpServer server = new SrtpServer(identity, expected);
    session = server;
    return new DTLSServerProtocol().accept(server, queue);
  }

  private DTLSTransport connect() throws IOException {
    SrtpClient client = new SrtpClient(identity, expected);
    session = client;
    return new DTLSClientProtocol().connect(client, queue);
  }

  private void scheduleDrain() {
    if (draining.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException overloaded) {
        draining.set(false); // the next datagram tries again
      }
    }
  }

  /**
   * Lets the library see what came after the handshake: repeated flights, alerts. It looks on for
   * as long as it is told to, also when there is nothing more: for a millisecond, in which the
   * thread rests.
   */
  private void drain() {
    boolean gone;
    synchronized (lock) {
      byte[] ignored = new byte[queue.getReceiveLimit()];
      try {
        while (!closed.get() && !queue.isEmpty()) {
          transport.receive(ignored, 0, ignored.length, 1);
        }
        gone = session.closedByPeer();
      } catch (IOException | RuntimeException | Error e) {
        gone = true;
      }
    }
    draining.set(false);
    if (gone && closed.compareAndSet(false, true)) {
      listener.onClosedByPeer();
    } else if (!closed.get() && !queue.isEmpty()) {
      scheduleDrain(); // it came after the last look
    }
  }

  /** Says close_notify when established; stops a handshake. Nothing is reported afterwards. */
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (transport == null) {
      queue.abort();
      return;
    }
    try {
      executor.execute(this::sendCloseNotify);
    } catch (RejectedExecutionException shuttingDown) {
      // The peer notices by its consent checks.
    }
  }

  private void sendCloseNotify() {
    synchronized (lock) {
      try {
        transport.close();
      } catch (IOException | RuntimeException unreachable) {
        // The peer notices by its consent checks.
      }
    }
  }
}
