package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.ice.IceLiteAgent;
import io.castmesh.medianode.engine.net.Route;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whose datagram is it? By ICE fragment at a check, by the way it comes ever after. Owned by the
 * loop.
 *
 * @param <P> the peers
 */
final class PeerTable<P> {
  /**
   * Who checked an address this lately keeps it: somebody who forges sender addresses cannot take
   * another peer's media away. As long as a peer's consent lasts: many check each five seconds
   * only, and checks get lost.
   */
  static final long KEPT = IceLiteAgent.FAILED_AFTER;

  /** Without a sign of life for this long there is no consent, and nothing to expect from there. */
  static final long EXPIRY = TimeUnit.SECONDS.toNanos(60);

  private final Map<String, P> byFragment = new HashMap<>();
  private final Map<Route, Binding<P>> byRoute = new HashMap<>();

  private static final class Binding<P> {
    final P peer;
    long checkedAt;

    Binding(P peer, long checkedAt) {
      this.peer = peer;
      this.checkedAt = checkedAt;
    }
  }

  void add(String fragment, P peer) {
    byFragment.put(fragment, peer);
  }

  /**
   * Only after an authenticated check, or authentic media by a way that is known. Returns false
   * while the address is another peer's.
   */
  boolean bind(Route route, P peer, long now) {
    Binding<P> binding = byRoute.get(route);
    if (binding != null && binding.peer == peer) {
      binding.checkedAt = now;
      return true;
    }
    if (binding != null && now - binding.checkedAt < KEPT) {
      return false;
    }
    byRoute.put(route, new Binding<>(peer, now));
    return true;
  }

  /** Forgets addresses that nobody uses any more; now and then. */
  void expire(long now) {
    byRoute.values().removeIf(binding -> now - binding.checkedAt > EXPIRY);
  }

  void remove(String fragment, P peer) {
    byFragment.remove(fragment);
    byRoute.values().removeIf(binding -> binding.peer == peer);
  }

  /** A peer does without this way, if it is still the one whose it is. */
  void remove(Route route, P peer) {
    if (byRoute(route) == peer) {
      byRoute.remove(route);
    }
  }

  /** A connection is closed; whose it was, or null. */
  P remove(Route route) {
    Binding<P> binding = byRoute.remove(route);
    return binding == null ? null : binding.peer;
  }

  /** Null for a stranger. */
  P byRoute(Route route) {
    Binding<P> binding = byRoute.get(route);
    return binding == null ? null : binding.peer;
  }

  /**
   * @param username of a check: our fragment, a colon, the peer's
   */
  Optional<P> byUsername(String username) {
    int colon = username.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.ofNullable(byFragment.get(username.substring(0, colon)));
  }

  /** How many ways are known. */
  int ways() {
    return byRoute.size();
  }

  int size() {
    return byFragment.size();
  }
}
