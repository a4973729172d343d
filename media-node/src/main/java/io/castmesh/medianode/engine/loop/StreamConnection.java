package io.castmesh.medianode.engine.loop;

import io.castmesh.medianode.engine.net.Route;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection that a peer made (RFC 6544), which carries what UDP would, framed (RFC 4571).
 * Until somebody vouches for it by {@link #trust} it may send a few STUN messages and has little
 * time. Owned by the loop's thread; what its socket is made of is said by those that extend it.
 */
abstract class StreamConnection implements Route {
  /** For the first authentic check. */
  static final long PROOF_TIME = TimeUnit.SECONDS.toNanos(3);

  /** Consent is asked for some times in that. */
  static final long IDLE_TIME = TimeUnit.SECONDS.toNanos(30);

  /** For the last words. */
  static final long FAREWELL_TIME = TimeUnit.MILLISECONDS.toNanos(500);

  /** Checks that a stranger may make; a browser needs one. */
  private static final int STRANGERS_FRAMES = 32;

  private static final Logger log = LoggerFactory.getLogger(StreamConnection.class);

  private final StreamConnections owner;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final FrameReader reader = new FrameReader();
  private final FrameReader.Sink frames = this::onFrame;
  private final FrameQueue queue = new FrameQueue();
  private boolean trusted;
  private boolean retired;
  private boolean closed;
  private boolean flushing;
  private boolean inFlushList;
  private int framesBeforeTrust;
  private long deadline;

  StreamConnection(
      StreamConnections owner, InetSocketAddress local, InetSocketAddress remote, long now) {
    this.owner = owner;
    this.local = local;
    this.remote = remote;
    this.deadline = now + PROOF_TIME;
  }

  /**
   * Writes as much as the system takes now.
   *
   * @return how much that was; when it is less than all, {@link #flush} is called when there is
   *     room
   */
  abstract int write(byte[] data, int offset, int length) throws IOException;

  /** Lets the socket go; no call back. */
  abstract void closeSocket();

  @Override
  public final Transport transport() {
    return Transport.TCP;
  }

  @Override
  public final InetSocketAddress local() {
    return local;
  }

  @Override
  public final InetSocketAddress remote() {
    return remote;
  }

  final boolean isTrusted() {
    return trusted;
  }

  final boolean isClosed() {
    return closed;
  }

  /** Bytes have arrived. */
  final void onBytes(byte[] data, int offset, int length) {
    if (!closed && !retired && !reader.read(data, offset, length, frames)) {
      close("what it sends is not framed");
    }
  }

  private boolean onFrame(byte[] data, int length) {
    if (!trusted && (data[0] & 0xFF) > 3 || !trusted && ++framesBeforeTrust > STRANGERS_FRAMES) {
      close("a stranger sends anything but checks");
      return false;
    }
    if (trusted) {
      deadline = MediaLoop.now() + IDLE_TIME;
    }
    owner.work().onDatagram(data, length, this);
    return !closed;
  }

  /**
   * Queues a packet until the next flush.
   *
   * @param expendable leaves the last room in the queue to what is not
   * @return false when it is lost
   */
  final boolean send(byte[] data, int offset, int length, boolean expendable) {
    if (closed) {
      return false;
    }
    if (!queue.offer(data, offset, length, expendable)) {
      owner.slow.increment();
      return false;
    }
    if (!inFlushList) {
      inFlushList = true;
      owner.toFlush(this);
    }
    return true;
  }

  /** Writes what is queued, as far as the system takes it. */
  final void flush() {
    inFlushList = false;
    if (flushing) {
      return; // the system tells of room while it is being written to
    }
    flushing = true;
    try {
      while (!closed && !queue.isEmpty()) {
        int written = write(queue.bytes(), queue.head(), queue.length());
        if (written <= 0) {
          return;
        }
        queue.skip(written);
      }
    } catch (IOException gone) {
      close(gone.getMessage());
    } finally {
      flushing = false;
    }
  }

  /** An authentic check came by it. */
  final void trust() {
    if (!trusted && !closed) {
      trusted = true;
      deadline = MediaLoop.now() + IDLE_TIME;
      owner.trusted(this);
    }
  }

  /** Nobody needs it any more: it may finish its sentence. */
  final void retire() {
    if (!retired) {
      retired = true;
      deadline = MediaLoop.now() + FAREWELL_TIME;
    }
  }

  final boolean isOverdue(long now) {
    return now - deadline >= 0;
  }

  /** Closes, once, and tells the owner. */
  final void close(String reason) {
    if (!closed) {
      closed = true;
      log.debug("{} is closed: {}", this, reason);
      owner.closed(this);
      closeSocket();
    }
  }

  @Override
  public final String toString() {
    return "tcp " + remote;
  }
}
