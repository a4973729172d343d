package io.castmesh.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Free ports of the loopback interface, and first words with who listens on them. */
final class Ports {
  private Ports() {}

  private static final int CONNECT_MILLIS = 1_000;
  private static final int READ_MILLIS = 2_000;

  /**
   * A port that is free now. Somebody else may take it before the server does; whoever starts the
   * server tries again with another one.
   */
  static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Says something to a server and reads its answer.
   *
   * @param words empty for a server that speaks first
   * @param until the answer is complete when it holds this; empty: with the first byte
   * @return what came, empty while the server does not answer
   */
  static String ask(String host, int port, String words, String until) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(words.getBytes(StandardCharsets.UTF_8));
      out.flush();
      InputStream in = socket.getInputStream();
      StringBuilder answer = new StringBuilder();
      byte[] part = new byte[256];
      int length = in.read(part);
      while (length > 0) {
        answer.append(new String(part, 0, length, StandardCharsets.ISO_8859_1));
        length = answer.indexOf(until) < 0 ? in.read(part) : 0;
      }
      return answer.toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** Something that may become true. */
  @FunctionalInterface
  interface Condition {
    boolean met();
  }

  /**
   * Waits until the server is ready.
   *
   * @return false when it has ended instead
   * @throws IOException when it is still not ready after the deadline
   */
  static boolean awaitReady(String name, Child child, Duration deadline, Condition ready)
      throws IOException {
    long end = System.nanoTime() + deadline.toNanos();
    while (child.alive()) {
      if (ready.met()) {
        return true;
      }
      if (System.nanoTime() > end) {
        child.stop();
        throw new IOException(
            name + " is not ready after " + deadline.toSeconds() + " s: " + child.lastWords());
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        child.stop();
        throw new IOException("interrupted while starting " + name, e);
      }
    }
    return false;
  }
}
