package io.castmesh.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Passes on what is said between those who connect and a port that is yet to be opened, and writes
 * it down.
 */
final class Tap implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int target = freePort();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

  Tap() throws IOException {
    begin(
        () -> {
          while (true) {
            Socket one = door.accept();
            Socket other = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.addAll(List.of(one, other));
            begin(() -> pass(one, other));
            begin(() -> pass(other, one));
          }
        });
  }

  /** Where to connect. */
  int port() {
    return door.getLocalPort();
  }

  /** Where to listen. */
  int target() {
    return target;
  }

  /** Both directions, a character for each byte. */
  String heard() {
    synchronized (heard) {
      return heard.toString(ISO_8859_1);
    }
  }

  private void pass(Socket from, Socket to) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] buffer = new byte[8_192];
    for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
      synchronized (heard) {
        heard.write(buffer, 0, size);
      }
      out.write(buffer, 0, size);
    }
    to.shutdownOutput();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void begin(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                // So is the other half, then.
              }
            },
            "tap");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
