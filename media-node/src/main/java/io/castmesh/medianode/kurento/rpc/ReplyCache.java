package io.castmesh.medianode.kurento.rpc;

import io.vertx.core.json.JsonObject;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Replies of the last seconds by session and request id: a client that repeats a request after a
 * reconnect gets the same reply, and nothing is done twice.
 */
final class ReplyCache {
  private record Key(String session, String request) {}

  private record Entry(JsonObject reply, long expiresAt) {}

  private final Map<Key, Entry> replies = new LinkedHashMap<>();
  private final long lifetimeMillis;
  private final int capacity;
  private final LongSupplier clock;

  /**
   * @param clock milliseconds that only grow
   */
  ReplyCache(long lifetimeMillis, int capacity, LongSupplier clock) {
    this.lifetimeMillis = lifetimeMillis;
    this.capacity = capacity;
    this.clock = clock;
  }

  Optional<JsonObject> find(String session, String request) {
    dropExpired();
    return Optional.ofNullable(replies.get(new Key(session, request))).map(Entry::reply);
  }

  /** Keeps a reply, unless there is one already: its lifetime counts from the first. */
  void keep(String session, String request, JsonObject reply) {
    dropExpired();
    replies.putIfAbsent(
        new Key(session, request), new Entry(reply, clock.getAsLong() + lifetimeMillis));
    if (replies.size() > capacity) {
      Iterator<Key> oldest = replies.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  private void dropExpired() {
    long now = clock.getAsLong();
    Iterator<Entry> entries = replies.values().iterator();
    while (entries.hasNext() && entries.next().expiresAt() <= now) {
      entries.remove();
    }
  }
}
