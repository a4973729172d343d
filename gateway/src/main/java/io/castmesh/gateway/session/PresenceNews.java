package io.castmesh.gateway.session;

import io.castmesh.contract.Presence;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which news of presence is new: several instances of room-service tell of one person, and their
 * news may overtake each other. Belongs to the gateway's event loop.
 */
final class PresenceNews {
  private static final int REMEMBERED = 50_000;

  private final Map<String, Long> versions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  boolean isNew(Presence.Changed changed) {
    Long before = versions.get(changed.user().id());
    if (before != null && before >= changed.version()) {
      return false;
    }
    versions.put(changed.user().id(), changed.version());
    return true;
  }
}
