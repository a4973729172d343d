package io.castmesh.gateway.session;

import java.util.function.LongSupplier;

/**
 * What is on its way to one socket. Bounded by bytes that have not left yet and by the time without
 * progress; a client that reads too slowly is closed, alone.
 *
 * <p>Unfinished writes are counted here because the SockJS transports never report a full queue.
 */
final class Outbox {
  /** Pending bytes that do not move for so long belong to a client that no longer reads. */
  private static final long STALLED_NANOS = 20_000_000_000L;

  private final ClientSocket socket;
  private final int maxBytes;
  private final LongSupplier clock;
  private final Runnable onSlow;
  private final SessionMeters meters;
  private long pendingBytes;
  private long progressAt;
  private boolean closed;

  /**
   * @param clock nanoseconds
   * @param onSlow called once, when a bound is broken
   */
  Outbox(
      ClientSocket socket,
      int maxBytes,
      LongSupplier clock,
      Runnable onSlow,
      SessionMeters meters) {
    this.socket = socket;
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.onSlow = onSlow;
    this.meters = meters;
  }

  void send(String text) {
    if (closed) {
      return;
    }
    int bytes = utf8Length(text);
    if (pendingBytes == 0) {
      progressAt = clock.getAsLong();
    }
    pendingBytes += bytes;
    if (pendingBytes > maxBytes) {
      slow();
      return;
    }
    meters.sent(bytes);
    socket
        .send(text)
        .onComplete(
            done -> {
              pendingBytes -= bytes;
              progressAt = clock.getAsLong();
            });
  }

  /** To be called now and then. */
  void check() {
    if (!closed && pendingBytes > 0 && clock.getAsLong() - progressAt > STALLED_NANOS) {
      slow();
    }
  }

  /** Bytes that have not left yet. */
  long unsent() {
    return pendingBytes;
  }

  void close() {
    closed = true;
  }

  private void slow() {
    closed = true;
    onSlow.run();
  }

  static int utf8Length(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Each half of a surrogate pair stands for two of its four bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }
}
