package io.castmesh.gateway.session;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The sessions of this gateway. Those of a person, and those that watch one, are found without
 * looking at all of them: somebody comes or goes at any moment.
 *
 * <p>Belongs to the gateway's event loop.
 */
final class SessionTable {
  private final Map<String, Session> byId = new LinkedHashMap<>();
  private final Map<String, Set<Session>> byUser = new HashMap<>();
  private final Map<String, Set<Session>> byWatched = new HashMap<>();
  private final Set<Session> watchingEveryone = new LinkedHashSet<>();

  /** By id, in the order in which they came; follows every change. */
  Map<String, Session> all() {
    return Collections.unmodifiableMap(byId);
  }

  int size() {
    return byId.size();
  }

  /** Null when it is not here. */
  Session find(String id) {
    return byId.get(id);
  }

  /** Those of a person, in the order in which they came. */
  List<Session> of(String userId) {
    return List.copyOf(byUser.getOrDefault(userId, Set.of()));
  }

  /** Those whose clients want to hear of this person. */
  List<Session> watching(String userId) {
    List<Session> watching = new ArrayList<>(watchingEveryone);
    watching.addAll(byWatched.getOrDefault(userId, Set.of()));
    return watching;
  }

  /** Takes the place of one with the same id. */
  void keep(Session session) {
    Session before = find(id(session));
    if (before != null) {
      remove(before);
    }
    byId.put(id(session), session);
    add(byUser, session.user().id(), session);
    session.table(this);
    watch(session);
  }

  /** False when it is not here. */
  boolean remove(Session session) {
    if (!byId.remove(id(session), session)) {
      return false;
    }
    remove(byUser, session.user().id(), session);
    session.table(null);
    unwatch(session);
    return true;
  }

  /** As the session says now. */
  void watch(Session session) {
    if (session.watchesEveryone()) {
      watchingEveryone.add(session);
    } else {
      session.watched().forEach(user -> add(byWatched, user, session));
    }
  }

  /** To be called before the session says something else. */
  void unwatch(Session session) {
    watchingEveryone.remove(session);
    session.watched().forEach(user -> remove(byWatched, user, session));
  }

  private static String id(Session session) {
    return session.ref().sessionId();
  }

  private static void add(Map<String, Set<Session>> index, String key, Session session) {
    index.computeIfAbsent(key, first -> new LinkedHashSet<>()).add(session);
  }

  private static void remove(Map<String, Set<Session>> index, String key, Session session) {
    index.computeIfPresent(
        key,
        (same, some) -> {
          some.remove(session);
          return some.isEmpty() ? null : some;
        });
  }
}
