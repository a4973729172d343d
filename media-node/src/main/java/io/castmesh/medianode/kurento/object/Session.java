package io.castmesh.medianode.kurento.object;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One client's stay: what it refers to and what it wants to hear. It outlives its socket until the
 * garbage collection finds it unused, so that a client can reconnect and go on.
 */
public final class Session {
  private final String id;

  /** Subscription ids by object and event: one event goes out once however many ids there are. */
  private final Map<String, Map<String, String>> eventsBySubscription = new HashMap<>();

  final Map<String, MediaObject> references = new LinkedHashMap<>();
  private Consumer<JsonObject> outlet;
  private Runnable onLost;
  private int subscriptions;

  /** Used since the last garbage collection. */
  boolean inUse = true;

  Session(String id) {
    this.id = id;
  }

  public String id() {
    return id;
  }

  /**
   * Sends its events to a socket from now on.
   *
   * @param lost called when another socket takes the session over
   */
  public void takeOver(Consumer<JsonObject> newOutlet, Runnable lost) {
    if (onLost != null) {
      onLost.run();
    }
    outlet = newOutlet;
    onLost = lost;
  }

  /** Its socket is gone: events are lost until another takes over. */
  public void letGo() {
    outlet = null;
    onLost = null;
    inUse = true;
  }

  /** Where its events go; null when its socket is gone. */
  public Consumer<JsonObject> outlet() {
    return outlet;
  }

  int subscriptions() {
    return subscriptions;
  }

  void subscribe(String objectId, String subscription, String event) {
    eventsBySubscription
        .computeIfAbsent(objectId, ignored -> new HashMap<>())
        .put(subscription, event);
    subscriptions++;
  }

  void unsubscribe(String objectId, String subscription) {
    Map<String, String> events = eventsBySubscription.get(objectId);
    if (events != null && events.remove(subscription) != null) {
      subscriptions--;
      if (events.isEmpty()) {
        eventsBySubscription.remove(objectId);
      }
    }
  }

  void forget(String objectId) {
    Map<String, String> events = eventsBySubscription.remove(objectId);
    if (events != null) {
      subscriptions -= events.size();
    }
  }

  void deliver(String objectId, String event, JsonObject notification) {
    Map<String, String> events = eventsBySubscription.get(objectId);
    if (outlet != null && events != null && events.containsValue(event)) {
      outlet.accept(notification);
    }
  }
}
