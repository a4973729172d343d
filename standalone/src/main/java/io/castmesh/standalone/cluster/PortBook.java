package io.castmesh.standalone.cluster;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Path;

/**
 * Gives out ports that a process keeps over its restarts. They lie below those that the system
 * takes for outgoing connections, or one of these could sit on a port while its process is away.
 */
final class PortBook {
  private static final int FIRST = 20_000;
  private static final int FOLDERS = 100;
  private static final int EACH = 100;
  private static final int MOST_TRIED = 2_000;

  private int next;

  private PortBook(int first) {
    this.next = first;
  }

  /**
   * @param first 0: depends on the folder, so that two clusters stay out of each other's way and
   *     each has the same ports at every start
   */
  static PortBook from(int first, Path dataDir) {
    int chosen = FIRST + Math.floorMod(dataDir.toString().hashCode(), FOLDERS) * EACH;
    return new PortBook(first == 0 ? chosen : first);
  }

  /** The next port on which nobody listens at this address. */
  int take(String host) throws IOException {
    for (int tried = 0; tried < MOST_TRIED && next < 65_536; tried++) {
      int port = next++;
      if (free(host, port)) {
        return port;
      }
    }
    throw new IOException("there is no free port for " + host + " up to " + next);
  }

  /** An address of another network namespace cannot be tried from here: there all are free. */
  private static boolean free(String host, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("the address " + host + " is not known");
    }
    if (NetworkInterface.getByInetAddress(address.getAddress()) == null) {
      return true;
    }
    try (ServerSocket tcp = new ServerSocket();
        DatagramSocket udp = new DatagramSocket(address)) {
      tcp.setReuseAddress(true);
      tcp.bind(address);
      return udp.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
