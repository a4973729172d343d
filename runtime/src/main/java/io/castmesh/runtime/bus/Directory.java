package io.castmesh.runtime.bus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who answers what: each node says in its beats which addresses it serves. Knowing whom one has
 * asked, one knows what a death means for the question. Thread-safe.
 */
final class Directory {
  private final Map<String, Set<String>> served = new ConcurrentHashMap<>();
  private final AtomicInteger turn = new AtomicInteger();

  void update(String node, List<String> addresses) {
    served.put(node, Set.copyOf(addresses));
  }

  void remove(String node) {
    served.remove(node);
  }

  /**
   * One of those who serve an address: each in its turn, or for a key always the same one while
   * they are the same.
   *
   * @param key null: in turn
   * @param except asked already, in vain; taken again when there is nobody else
   * @return null: nobody is known to serve it
   */
  String pick(String address, String key, String except) {
    List<String> nodes = new ArrayList<>();
    served.forEach(
        (node, addresses) -> {
          if (addresses.contains(address)) {
            nodes.add(node);
          }
        });
    if (nodes.size() > 1) {
      nodes.remove(except);
    }
    if (nodes.isEmpty()) {
      return null;
    }
    return key == null
        ? nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()))
        : Collections.max(nodes, Comparator.comparingInt(node -> weight(node, key)));
  }

  /** Rendezvous hashing: when a node goes or comes, only the keys move that were or will be its. */
  private static int weight(String node, String key) {
    int hash = node.hashCode() * 31 + key.hashCode();
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return hash ^ hash >>> 16;
  }
}
