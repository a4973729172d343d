package io.castmesh.runtime.cluster;

import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Where which addresses of the bus are served: what this node serves itself, and what each other
 * node has said last. Nothing is kept anywhere else, so nothing is lost when a node dies.
 *
 * <p>Thread-safe.
 */
final class Registrations {
  private record Known(Statement said, long heardAt) {}

  private final String node;
  private final Map<String, Set<RegistrationInfo>> own = new LinkedHashMap<>();
  private final Map<String, Known> others = new HashMap<>();
  private NodeInfo info;
  private long version;

  Registrations(String node) {
    this.node = node;
  }

  synchronized void info(NodeInfo self) {
    info = self;
  }

  synchronized NodeInfo info() {
    return info;
  }

  synchronized void add(String address, RegistrationInfo one) {
    own.computeIfAbsent(address, first -> new LinkedHashSet<>()).add(one);
  }

  /**
   * @return whether it was there
   */
  synchronized boolean remove(String address, RegistrationInfo one) {
    Set<RegistrationInfo> here = own.get(address);
    if (here == null || !here.remove(one)) {
      return false;
    }
    if (here.isEmpty()) {
      own.remove(address);
    }
    return true;
  }

  /** Nobody is to send here for this address any more; what is of this process alone stays. */
  synchronized void removeAll(String address) {
    own.computeIfPresent(
        address,
        (at, here) -> {
          here.removeIf(one -> !one.localOnly());
          return here.isEmpty() ? null : here;
        });
  }

  /** Of all nodes, this one included. */
  synchronized List<RegistrationInfo> at(String address) {
    List<RegistrationInfo> all = new ArrayList<>(own.getOrDefault(address, Set.of()));
    others.forEach(
        (other, known) ->
            known
                .said()
                .served()
                .getOrDefault(address, List.of())
                .forEach(seq -> all.add(new RegistrationInfo(other, seq, false))));
    return all;
  }

  /**
   * Where a node's bus can be reached.
   *
   * @return null: it is not known
   */
  synchronized NodeInfo infoOf(String other) {
    if (other.equals(node)) {
      return info;
    }
    Known known = others.get(other);
    return known == null ? null : known.said().info();
  }

  /**
   * What this node says of itself; each statement is newer than the one before, also when clocks
   * are set back.
   *
   * @return null before its bus is open
   */
  synchronized Statement statement() {
    if (info == null) {
      return null;
    }
    version = Math.max(version + 1, TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));
    Map<String, List<Long>> served = new LinkedHashMap<>();
    own.forEach(
        (address, here) -> {
          List<Long> shared =
              here.stream().filter(one -> !one.localOnly()).map(RegistrationInfo::seq).toList();
          if (!shared.isEmpty()) {
            served.put(address, shared);
          }
        });
    return new Statement(node, version, info, served);
  }

  /**
   * Another node has said what it serves.
   *
   * @return the addresses for which that is news
   */
  synchronized Set<String> heard(Statement said, long now) {
    Known before = others.get(said.node());
    if (said.node().equals(node) || before != null && before.said().version() >= said.version()) {
      return Set.of();
    }
    others.put(said.node(), new Known(said, now));
    Set<String> changed = new HashSet<>(said.served().keySet());
    if (before != null) {
      changed.addAll(before.said().served().keySet());
      changed.removeIf(
          address ->
              before
                  .said()
                  .served()
                  .getOrDefault(address, List.of())
                  .equals(said.served().getOrDefault(address, List.of())));
    }
    return changed;
  }

  /** Forgets a node; answers the addresses that it served. */
  synchronized Set<String> forget(String other) {
    Known known = others.remove(other);
    return known == null ? Set.of() : known.said().served().keySet();
  }

  /** Those who have said nothing since then, in nanoseconds. */
  synchronized List<String> silentSince(long then) {
    return others.entrySet().stream()
        .filter(one -> one.getValue().heardAt() - then < 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  synchronized Collection<String> known() {
    return Set.copyOf(others.keySet());
  }
}
