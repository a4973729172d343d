package io.castmesh.media;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Clients that presence does not know. Who is missing still a good while later is gone: timers that
 * come together after a standstill look twice, and see once.
 */
final class Absences {
  private final long apartNanos;

  /** Since when it is known, in nanoseconds. */
  private final Map<String, Long> since = new HashMap<>();

  /**
   * @param apartNanos between two looks that count
   */
  Absences(long apartNanos) {
    this.apartNanos = apartNanos;
  }

  /**
   * @return who is gone
   */
  List<String> missing(Set<String> missing, long now) {
    since.keySet().retainAll(missing);
    missing.forEach(client -> since.putIfAbsent(client, now));
    return missing.stream().filter(client -> now - since.get(client) >= apartNanos).toList();
  }

  /** Nobody can say who is there, or could: whoever was missing may have come back meanwhile. */
  void forget() {
    since.clear();
  }
}
