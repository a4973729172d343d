package io.castmesh.room.presence;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Presence.SearchPage;
import io.castmesh.contract.Presence.SearchQuery;
import io.castmesh.contract.User;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Looks through the people who are online, for administrators. Redis is read in small steps, so
 * that nobody else waits for it: a hundred thousand people take a few hundred milliseconds.
 *
 * <p>Thread-safe; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class PresenceSearch {
  private static final String PEOPLE = "presence:people";

  /** About a millisecond of Redis's only thread. */
  private static final int STEP = 1_000;

  /** What can be read well within the deadline of the question. */
  private static final int LOOKED_AT_MOST = 200_000;

  private static final int PAGE_SIZE = 100;

  private final RedisStore redis;

  public PresenceSearch(RedisStore redis) {
    this.redis = redis;
  }

  public Future<SearchPage> find(SearchQuery query) {
    if (query.page() < 0 || query.size() < 1 || query.size() > PAGE_SIZE) {
      throw Failure.INVALID_REQUEST.exception("page: from 0; size: from 1 to " + PAGE_SIZE);
    }
    String words = query.words() == null ? "" : query.words().toLowerCase(Locale.ROOT);
    return scan("0", 0, words, new HashMap<>(), query);
  }

  private Future<SearchPage> scan(
      String cursor, int looked, String words, Map<String, User> found, SearchQuery query) {
    return redis
        .run(Command.HSCAN, PEOPLE, cursor, "COUNT", STEP)
        .compose(
            reply -> {
              Response entries = reply.get(1);
              for (int i = 1; i < entries.size(); i += 2) {
                User user = Json.read(entries.get(i).toString(), User.class);
                if (user.nickname().toLowerCase(Locale.ROOT).contains(words)) {
                  // A scan may come upon the same person twice.
                  found.put(user.id(), user);
                }
              }
              String next = reply.get(0).toString();
              int now = looked + entries.size() / 2;
              boolean complete = next.equals("0");
              return complete || now >= LOOKED_AT_MOST
                  ? Future.succeededFuture(page(found, query, complete))
                  : scan(next, now, words, found, query);
            });
  }

  private static SearchPage page(Map<String, User> found, SearchQuery query, boolean complete) {
    List<User> items =
        found.values().stream()
            .sorted(Comparator.comparing(User::nickname).thenComparing(User::id))
            .skip((long) query.page() * query.size())
            .limit(query.size())
            .toList();
    return new SearchPage(items, query.page(), query.size(), found.size(), complete);
  }
}
