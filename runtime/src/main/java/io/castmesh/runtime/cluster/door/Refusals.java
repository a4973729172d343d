package io.castmesh.runtime.cluster.door;

import com.hazelcast.internal.networking.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who could not be spoken with and why: once a minute for each, as they try again and again.
 *
 * <p>Thread-safe.
 */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int REMEMBERED = 200;

  private final LongSupplier nanoTime;
  private final Map<String, Long> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  Refusals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * The other side of a connection.
   *
   * @param asks whether it has connected to us, from whichever port
   */
  record Peer(SocketAddress address, boolean asks) {
    static Peer of(Channel channel) {
      return new Peer(channel.remoteSocketAddress(), !channel.isClientMode());
    }

    /** The same for all attempts. */
    String name() {
      return asks && address instanceof InetSocketAddress inet
          ? inet.getAddress().getHostAddress()
          : String.valueOf(address);
    }
  }

  void tell(Peer peer, String reason) {
    if (!isDue(peer.asks() + " " + peer.name() + " " + reason)) {
      return;
    }
    if (peer.asks()) {
      log.warn("refused at the members' port from={} reason={}", peer.name(), reason);
    } else {
      log.warn("no connection with a member at={} reason={}", peer.name(), reason);
    }
  }

  private synchronized boolean isDue(String what) {
    long now = nanoTime.getAsLong();
    Long last = told.get(what);
    if (last != null && now - last < AGAIN_NANOS) {
      return false;
    }
    told.put(what, now);
    return true;
  }

  /** In words for an operator. */
  static String why(Throwable error) {
    String message = String.valueOf(error.getMessage());
    if (message.contains("PKIX path building") || message.contains("signature check failed")) {
      return "its certificate is not of our authority";
    }
    return message;
  }
}
