package io.castmesh.medianode.kurento.rpc;

import io.vertx.core.json.JsonObject;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Replies of the last seconds by session and request id: a client that repeats a request after a
 * reconnect gets the same reply, and nothing is done twice. They are kept as text, which is smaller
 * than what it stands for, and is known by its length.
 */
final class ReplyCache {
  private record Key(String session, String request) {}

  private record Entry(String reply, long expiresAt, int length) {}

  private final Map<Key, Entry> replies = new LinkedHashMap<>();
  private final long lifetimeMillis;
  private final int capacity;
  private final int maxLength;
  private final LongSupplier clock;
  private long length;

  /**
   * @param capacity how many are kept; for a further one the oldest goes
   * @param maxLength the same for the characters of all of them
   * @param clock milliseconds that only grow
   */
  ReplyCache(long lifetimeMillis, int capacity, int maxLength, LongSupplier clock) {
    this.lifetimeMillis = lifetimeMillis;
    this.capacity = capacity;
    this.maxLength = maxLength;
    this.clock = clock;
  }

  Optional<JsonObject> find(String session, String request) {
    dropExpired();
    return Optional.ofNullable(replies.get(new Key(session, request)))
        .map(entry -> new JsonObject(entry.reply()));
  }

  /** Keeps a reply, unless there is one already: its lifetime counts from the first. */
  void keep(String session, String request, JsonObject reply) {
    dropExpired();
    Key key = new Key(session, request);
    if (replies.containsKey(key)) {
      return;
    }
    String text = reply.encode();
    int own = text.length() + session.length() + request.length();
    if (own > maxLength) {
      return;
    }
    replies.put(key, new Entry(text, clock.getAsLong() + lifetimeMillis, own));
    length += own;
    Iterator<Entry> oldest = replies.values().iterator();
    while (replies.size() > capacity || length > maxLength) {
      length -= oldest.next().length();
      oldest.remove();
    }
  }

  private void dropExpired() {
    long now = clock.getAsLong();
    Iterator<Entry> entries = replies.values().iterator();
    while (entries.hasNext()) {
      Entry oldest = entries.next();
      if (oldest.expiresAt() > now) {
        return;
      }
      length -= oldest.length();
      entries.remove();
    }
  }
}
