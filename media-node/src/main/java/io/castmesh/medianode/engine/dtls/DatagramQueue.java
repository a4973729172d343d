package io.castmesh.medianode.engine.dtls;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.bouncycastle.tls.DatagramTransport;

/**
 * The library's socket: what it receives is put in by the engine's loop, what it sends is handed to
 * a consumer. A full queue drops, as a network does.
 */
final class DatagramQueue implements DatagramTransport {
  /** More than both flights of a handshake, twice. */
  private static final int BOUND = 64;

  /** Leaves room for UDP and IPv6 under the smallest MTU. */
  private static final int SEND_LIMIT = 1200;

  private static final int RECEIVE_LIMIT = 2048;
  private static final byte[] WAKE_UP = new byte[0];

  private final BlockingQueue<byte[]> received = new ArrayBlockingQueue<>(BOUND);
  private final Consumer<byte[]> out;
  private volatile boolean closed;

  DatagramQueue(Consumer<byte[]> out) {
    this.out = out;
  }

  /** False when it is dropped. */
  boolean offer(byte[] datagram) {
    return HandshakeMessages.fit(datagram) && received.offer(datagram);
  }

  boolean isEmpty() {
    return received.isEmpty();
  }

  /** Makes a waiting handshake fail at once. */
  void abort() {
    closed = true;
    received.clear();
    received.offer(WAKE_UP);
  }

  @Override
  public int getReceiveLimit() {
    return RECEIVE_LIMIT;
  }

  @Override
  public int getSendLimit() {
    return SEND_LIMIT;
  }

  @Override
  public int receive(byte[] buffer, int offset, int length, int waitMillis) throws IOException {
    if (closed) {
      throw new IOException("the association was closed");
    }
    byte[] datagram;
    try {
      datagram = HandshakePool.poll(received, waitMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (closed) {
      throw new IOException("the association was closed");
    }
    if (datagram == null) {
      return -1;
    }
    int size = Math.min(length, datagram.length);
    System.arraycopy(datagram, 0, buffer, offset, size);
    return size;
  }

  @Override
  public void send(byte[] buffer, int offset, int length) {
    out.accept(Arrays.copyOfRange(buffer, offset, offset + length));
  }

  @Override
  public void close() {
    // The socket is the engine's.
  }
}
