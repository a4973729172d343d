package io.castmesh.call.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls that this instance has written or seen last, as they were then: what Redis loses is put
 * back from here. Those that have ended are kept for a while too, so that nobody brings them back.
 * Bounded: the call that was not touched for longest makes room.
 *
 * <p>Belongs to one event loop.
 */
final class CallCopies {
  private static final int CALLS = 10_000;

  /** A copy that was neither written nor seen for so long says nothing about the call any more. */
  private static final Duration TRUSTED = Duration.ofSeconds(60);

  private record Copy(Call call, Instant at) {}

  private final Clock clock;
  private final Map<String, Copy> copies =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Copy> eldest) {
          return size() > CALLS;
        }
      };

  CallCopies(Clock clock) {
    this.clock = clock;
  }

  /** An older one than is known already changes nothing. */
  void put(Call call) {
    Copy known = copies.get(call.id());
    if (known == null || known.call().version() <= call.version()) {
      copies.put(call.id(), new Copy(call, clock.instant()));
    }
  }

  void forget(String call) {
    copies.remove(call);
  }

  /** Those that can be trusted, the one touched last at the end. */
  List<Call> recent() {
    Instant oldest = clock.instant().minus(TRUSTED);
    copies.values().removeIf(copy -> copy.at().isBefore(oldest));
    return copies.values().stream().map(Copy::call).toList();
  }
}
