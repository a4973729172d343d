package io.castmesh.medianode.kurento.object;

import io.castmesh.medianode.engine.EngineFullException;
import io.castmesh.medianode.kurento.object.KurentoCounts.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every media object and session of the node. An object lives as long as a session refers to it:
 * creating or touching it takes a reference on it and on what it stands in, and a session that ends
 * gives its references back (as Kurento's MediaSet does).
 */
public final class ObjectStore {
  private static final Logger log = LoggerFactory.getLogger(ObjectStore.class);
  private static final String NEW_REF = "newref:";

  private final int maxObjects;
  private final int maxSessions;
  private final int maxSubscriptions;
  private final Map<String, MediaObject> objects = new TreeMap<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final KurentoCounts counts = new KurentoCounts();
  private MediaObject manager;
  private BiConsumer<String, MediaObject> lifecycle = (event, object) -> {};

  public ObjectStore(int maxObjects, int maxSessions, int maxSubscriptionsPerSession) {
    this.maxObjects = maxObjects;
    this.maxSessions = maxSessions;
    this.maxSubscriptions = maxSubscriptionsPerSession;
  }

  /**
   * The one object that is always there.
   *
   * @param listener told "ObjectCreated" and "ObjectDestroyed" with the object
   */
  public void setManager(MediaObject serverManager, BiConsumer<String, MediaObject> listener) {
    this.manager = serverManager;
    this.lifecycle = listener;
    objects.put(serverManager.id(), serverManager);
  }

  /** What is alive and what was refused, for any thread. */
  public KurentoCounts counts() {
    return counts;
  }

  private void publish() {
    counts.alive(sessions.size(), objects.size() - 1);
  }

  private KurentoException tooMany(Refusal what, String message) {
    counts.count(what);
    return KurentoError.NOT_ENOUGH_RESOURCES.with(message);
  }

  /** Makes an object for a session; sessions that refer to its parent refer to it as well. */
  public MediaObject create(
      Session session, ObjectType.Factory factory, ObjectHost host, Params p) {
    if (objects.size() > maxObjects) {
      throw tooMany(Refusal.OBJECTS, "Too many media objects");
    }
    MediaObject object;
    try {
      object = factory.create(host, p);
    } catch (EngineFullException full) {
      throw tooMany(Refusal.OBJECTS, full.getMessage());
    }
    objects.put(object.id(), object);
    publish();
    MediaObject parent = object.parent();
    if (parent != null) {
      parent.children().put(object.id(), object);
      parent.sessions.forEach(holder -> refer(holder, object));
    }
    refer(session, object);
    lifecycle.accept("ObjectCreated", object);
    return object;
  }

  /** The object of that id; the session refers to it from now on. */
  public MediaObject get(Session session, String id) {
    MediaObject object = find(id);
    refer(session, object);
    return object;
  }

  /** The object of that id without taking a reference. */
  public MediaObject find(String id) {
    MediaObject object = objects.get(id);
    if (object != null) {
      return object;
    }
    if (id.startsWith(NEW_REF)) {
      throw KurentoError.MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT.with(
          "Object '"
              + id
              + "' not found. Possibly using a transactional object without"
              + " committing the transaction.");
    }
    throw KurentoError.MEDIA_OBJECT_NOT_FOUND.with("Object '" + id + "' not found");
  }

  public boolean isAlive(MediaObject object) {
    return objects.get(object.id()) == object;
  }

  public Stream<MediaObject> all() {
    return objects.values().stream();
  }

  public Collection<String> sessionIds() {
    return List.copyOf(sessions.keySet());
  }

  public Optional<Session> session(String id) {
    return Optional.ofNullable(sessions.get(id));
  }

  /** The session of that id, which is made when it does not exist, and counts as used. */
  public Session touch(String id) {
    Session session = sessions.get(id);
    if (session == null) {
      if (sessions.size() >= maxSessions) {
        throw tooMany(Refusal.SESSIONS, "Too many sessions");
      }
      session = new Session(id);
      sessions.put(id, session);
      publish();
    }
    session.inUse = true;
    return session;
  }

  /** Counts an existing session as used. */
  public Session keepAlive(String id) {
    Session session = sessions.get(id);
    if (session == null) {
      throw KurentoError.INVALID_SESSION.with("Invalid session");
    }
    session.inUse = true;
    return session;
  }

  public String subscribe(Session session, MediaObject object, String event) {
    if (!object.type().raises(event)) {
      throw KurentoError.MEDIA_OBJECT_EVENT_NOT_SUPPORTED.with(
          "Event '" + event + "' not supported");
    }
    if (session.subscriptions() >= maxSubscriptions) {
      throw tooMany(Refusal.SUBSCRIPTIONS, "Too many subscriptions");
    }
    String subscription = UUID.randomUUID().toString();
    session.subscribe(object.id(), subscription, event);
    return subscription;
  }

  public void unsubscribe(Session session, String objectId, String subscription) {
    session.unsubscribe(objectId, subscription);
  }

  /** Takes the object from every session; it is freed at once. Unknown ids are ignored. */
  public void release(String id) {
    MediaObject object = objects.get(id);
    if (object != null && object != manager) {
      List.copyOf(object.sessions).forEach(session -> unrefer(session, object));
    }
  }

  /** Gives back one reference of a session, and those on what is inside. */
  public void unref(Session session, String id) {
    MediaObject object = objects.get(id);
    if (object != null) {
      unrefer(session, object);
    }
  }

  /** Ends a session: what nobody else refers to is freed. */
  public void closeSession(Session session) {
    sessions.remove(session.id());
    publish();
    List.copyOf(session.references.values()).forEach(object -> unrefer(session, object));
  }

  /** Ends a session and frees what it refers to, whoever else does. */
  public void releaseSession(Session session) {
    List.copyOf(session.references.keySet()).forEach(this::release);
    closeSession(session);
  }

  /**
   * Ends sessions that have had no socket and no use since the last call; called every period, it
   * ends them one to two periods after their socket went.
   */
  public void collectGarbage() {
    for (Session session : List.copyOf(sessions.values())) {
      if (session.outlet() != null) {
        session.inUse = true;
      } else if (session.inUse) {
        session.inUse = false;
      } else {
        log.info("Session {} is unused, its references are dropped", session.id());
        closeSession(session);
      }
    }
  }

  /** Frees everything; the future completes when the engine has let go. */
  public Future<Void> releaseAll() {
    List<Future<Void>> pending = new ArrayList<>();
    for (MediaObject object : List.copyOf(objects.values())) {
      if (object != manager) {
        pending.add(remove(object));
      }
    }
    sessions.clear();
    publish();
    return Future.join(pending).mapEmpty();
  }

  /** Tells every session that subscribed to it. */
  void deliver(MediaObject source, String event, JsonObject data) {
    JsonObject notification =
        new JsonObject()
            .put("jsonrpc", "2.0")
            .put("method", "onEvent")
            .put(
                "params",
                new JsonObject()
                    .put(
                        "value",
                        new JsonObject()
                            .put("data", data)
                            .put("object", source.id())
                            .put("type", event)));
    source.sessions.forEach(session -> session.deliver(source.id(), event, notification));
  }

  private void refer(Session session, MediaObject object) {
    for (MediaObject o = object; o != null; o = o.parent()) {
      o.sessions.add(session);
      session.references.put(o.id(), o);
    }
  }

  private void unrefer(Session session, MediaObject object) {
    List.copyOf(object.children().values()).forEach(child -> unrefer(session, child));
    session.references.remove(object.id());
    session.forget(object.id());
    object.sessions.remove(session);
    if (object.sessions.isEmpty() && object != manager) {
      Future<Void> freed = remove(object);
      freed.onFailure(cause -> log.warn("{} was not freed cleanly", object.id(), cause));
    }
  }

  private Future<Void> remove(MediaObject object) {
    if (!objects.remove(object.id(), object)) {
      return Future.succeededFuture();
    }
    publish();
    if (object.parent() != null) {
      object.parent().children().remove(object.id());
    }
    return freed(object).onComplete(done -> lifecycle.accept("ObjectDestroyed", object));
  }

  private static Future<Void> freed(MediaObject object) {
    try {
      return object.free();
    } catch (RuntimeException failure) {
      return Future.failedFuture(failure);
    }
  }
}
