package io.castmesh.medianode.kurento.object;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Anything that clients address by an id. It lives until no session refers to it any more. Kurento:
 * {@code MediaObject}.
 */
public class MediaObject {
  private static final int MAX_TAGS = 100;

  /** Operations and events that every object has. */
  public static final ObjectType TYPE =
      ObjectType.named("MediaObject", "core", MediaObject.class)
          .on("getId", (o, p) -> o.id())
          .on("getMediaPipeline", (o, p) -> o.pipelineId())
          .on("getParent", (o, p) -> o.parent == null ? null : o.parent.id())
          .on("getChildren", (o, p) -> o.childIds())
          .on("getCreationTime", (o, p) -> o.creationSeconds)
          .on("getName", (o, p) -> o.name)
          .on("setName", (o, p) -> o.setName(p.string("name")))
          .on("getSendTagsInEvents", (o, p) -> o.sendTagsInEvents)
          .on("setSendTagsInEvents", (o, p) -> o.setSendTags(p.bool("sendTagsInEvents")))
          .on("addTag", (o, p) -> o.addTag(p.string("key"), p.string("value")))
          .on("removeTag", (o, p) -> o.removeTag(p.string("key")))
          .on("getTag", (o, p) -> o.tag(p.string("key")))
          .on("getTags", (o, p) -> o.tagValues())
          .events("Error")
          .build();

  private final ObjectHost host;
  private final ObjectType type;
  private final MediaObject parent;
  private final String id;
  private final long creationSeconds = System.currentTimeMillis() / 1000;
  private final Map<String, MediaObject> children = new TreeMap<>();
  private final Map<String, String> tags = new TreeMap<>();
  private final Map<String, Object> properties = new HashMap<>();

  /** Sessions that refer to this object; maintained by {@link ObjectStore}. */
  final Set<Session> sessions = new HashSet<>();

  private String name;
  private boolean sendTagsInEvents;

  /** An object with an id of its own, made from its parent's. */
  protected MediaObject(ObjectHost host, ObjectType type, MediaObject parent) {
    this(
        host,
        type,
        parent,
        (parent == null ? "" : parent.id() + "/") + UUID.randomUUID() + "_" + type.qualifiedName());
  }

  protected MediaObject(ObjectHost host, ObjectType type, MediaObject parent, String id) {
    this.host = host;
    this.type = type;
    this.parent = parent;
    this.id = id;
    this.name = id;
  }

  public final String id() {
    return id;
  }

  public final ObjectType type() {
    return type;
  }

  public final MediaObject parent() {
    return parent;
  }

  protected final ObjectHost host() {
    return host;
  }

  /** ObjectStore made inside this one, by id. */
  final Map<String, MediaObject> children() {
    return children;
  }

  protected String pipelineId() {
    return parent == null ? null : parent.pipelineId();
  }

  /** What was set last, or that. */
  public final Object property(String property, Object initial) {
    return properties.getOrDefault(property, initial);
  }

  protected final void setProperty(String property, Object value) {
    properties.put(property, value);
  }

  /** Tells subscribers of an event whose data carries its own type, as media events do. */
  protected final void raise(String event, JsonObject data) {
    raisePlain(event, data.put("type", event));
  }

  /** Tells subscribers of an event; source, tags and time are added. */
  protected final void raisePlain(String event, JsonObject data) {
    data.put("source", id)
        .put("tags", sendTagsInEvents ? tagValues() : new JsonArray())
        .put("timestampMillis", Long.toString(System.currentTimeMillis()));
    host.objects().deliver(this, event, data);
  }

  /** Reports a fault to subscribers of the object's and of its pipeline's Error event. */
  public void raiseError(String description, int code, String kind) {
    raisePlain(
        "Error",
        new JsonObject().put("description", description).put("errorCode", code).put("type", kind));
  }

  /** Frees what stands behind the object; called once, when nothing refers to it any more. */
  protected Future<Void> free() {
    return Future.succeededFuture();
  }

  private JsonArray childIds() {
    JsonArray ids = new JsonArray();
    children.keySet().forEach(ids::add);
    return ids;
  }

  private Object setName(String newName) {
    name = newName;
    return null;
  }

  private Object setSendTags(boolean send) {
    sendTagsInEvents = send;
    return null;
  }

  private Object addTag(String key, String value) {
    if (tags.size() >= MAX_TAGS && !tags.containsKey(key)) {
      throw KurentoError.NOT_ENOUGH_RESOURCES.with("Too many tags on one object");
    }
    tags.put(key, value);
    return null;
  }

  private Object removeTag(String key) {
    tags.remove(key);
    return null;
  }

  private String tag(String key) {
    String value = tags.get(key);
    if (value == null) {
      throw KurentoError.MEDIA_OBJECT_TAG_KEY_NOT_FOUND.with("Tag key not found");
    }
    return value;
  }

  private JsonArray tagValues() {
    JsonArray values = new JsonArray();
    tags.forEach(
        (key, value) -> values.add(Values.typed("Tag").put("key", key).put("value", value)));
    return values;
  }
}
