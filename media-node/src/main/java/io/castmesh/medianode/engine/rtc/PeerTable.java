package io.castmesh.medianode.engine.rtc;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whose datagram is it? By ICE fragment at a check, by address ever after. Owned by the loop.
 *
 * @param <P> the peers
 */
final class PeerTable<P> {
  private final Map<String, P> byFragment = new HashMap<>();
  private final Map<InetSocketAddress, P> byAddress = new HashMap<>();

  void add(String fragment, P peer) {
    byFragment.put(fragment, peer);
  }

  /** Only after an authenticated check: an address that changes hands goes to the new owner. */
  void bind(InetSocketAddress address, P peer) {
    byAddress.put(address, peer);
  }

  void remove(String fragment, P peer) {
    byFragment.remove(fragment);
    byAddress.values().removeIf(owner -> owner == peer);
  }

  /** Null for a stranger. */
  P byAddress(InetSocketAddress address) {
    return byAddress.get(address);
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

  int size() {
    return byFragment.size();
  }
}
