package io.castmesh.medianode.kurento.rpc;

import io.castmesh.medianode.kurento.element.ObjectTypes;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.MediaObject;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectStore;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import io.castmesh.medianode.kurento.object.Session;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.UUID;

/** The methods of the protocol, by name. A request that names no session starts one. */
public final class Methods {
  interface Method {
    /**
     * @param params null when the request has none
     */
    Future<JsonObject> invoke(JsonObject params);
  }

  /** Tells a restarted node from the one before. */
  private final String serverId = UUID.randomUUID().toString();

  private final ObjectHost host;
  private final ObjectStore objects;
  private Transactions transactions;

  public Methods(ObjectHost host) {
    this.host = host;
    this.objects = host.objects();
  }

  void executeWith(RequestProcessor processor) {
    this.transactions = new Transactions(processor);
  }

  Map<String, Method> table() {
    return Map.ofEntries(
        Map.entry("ping", params -> now(ping(params))),
        Map.entry("connect", params -> now(connect(params))),
        Map.entry("create", params -> now(create(required(params)))),
        Map.entry("invoke", params -> invoke(required(params))),
        Map.entry("subscribe", params -> now(subscribe(required(params)))),
        Map.entry("unsubscribe", params -> now(unsubscribe(required(params)))),
        Map.entry("describe", params -> now(describe(required(params)))),
        Map.entry("ref", params -> now(ref(required(params)))),
        Map.entry("unref", params -> now(unref(required(params)))),
        Map.entry("release", params -> now(release(required(params)))),
        Map.entry("keepAlive", params -> now(keepAlive(required(params)))),
        Map.entry("transaction", params -> transaction(required(params))),
        Map.entry("closeSession", params -> now(closeSession(required(params)))));
  }

  private static Future<JsonObject> now(JsonObject result) {
    return Future.succeededFuture(result);
  }

  private static JsonObject required(JsonObject params) {
    if (params == null) {
      throw RpcException.paramsRequired();
    }
    return params;
  }

  private static JsonObject ping(JsonObject params) {
    JsonObject result = new JsonObject();
    String sessionId = params == null ? null : Requests.optionalString(params, "sessionId");
    if (sessionId != null) {
      result.put("sessionId", sessionId);
    }
    return result.put("value", "pong");
  }

  private JsonObject connect(JsonObject params) {
    String sessionId = params == null ? null : Requests.optionalString(params, "sessionId");
    if (sessionId == null) {
      sessionId = UUID.randomUUID().toString();
    } else {
      objects.keepAlive(sessionId);
    }
    return new JsonObject().put("sessionId", sessionId).put("serverId", serverId);
  }

  private JsonObject create(JsonObject params) {
    String type = Requests.string(params, "type");
    ObjectType.Factory factory = ObjectTypes.factory(type);
    Session session = session(params);
    Params constructor =
        new Params("constructorParams", Requests.optionalObject(params, "constructorParams"));
    MediaObject object = objects.create(session, factory, host, constructor);
    return value(session, object.id());
  }

  private Future<JsonObject> invoke(JsonObject params) {
    String operation = Requests.string(params, "operation");
    String objectId = Requests.string(params, "object");
    Params arguments =
        new Params("operationParams", Requests.optionalObject(params, "operationParams"));
    objects.find(objectId);
    Session session = session(params);
    MediaObject object = objects.get(session, objectId);
    return object
        .type()
        .operation(operation)
        .orElseThrow(
            () ->
                KurentoError.MALFORMED_TRANSACTION.with(
                    "Method '%s' with %d parameters not found"
                        .formatted(operation, arguments.size())))
        .invoke(object, arguments)
        .map(result -> value(session, result));
  }

  private JsonObject subscribe(JsonObject params) {
    String event = Requests.string(params, "type");
    String objectId = Requests.string(params, "object");
    objects.find(objectId);
    Session session = session(params);
    MediaObject object = objects.get(session, objectId);
    return value(session, objects.subscribe(session, object, event));
  }

  private JsonObject unsubscribe(JsonObject params) {
    String objectId = Requests.string(params, "object");
    String subscription = Requests.string(params, "subscription");
    String sessionId = Requests.string(params, "sessionId");
    objects
        .session(sessionId)
        .ifPresent(session -> objects.unsubscribe(session, objectId, subscription));
    return new JsonObject().put("sessionId", sessionId);
  }

  private JsonObject describe(JsonObject params) {
    String objectId = Requests.string(params, "object");
    objects.find(objectId);
    Session session = session(params);
    ObjectType type = objects.get(session, objectId).type();
    return new JsonObject()
        .put("sessionId", session.id())
        .put("type", type.name())
        .put("qualifiedType", type.qualifiedName())
        .put("hierarchy", new JsonArray(type.hierarchy()));
  }

  private JsonObject ref(JsonObject params) {
    String objectId = Requests.string(params, "object");
    String sessionId = Requests.string(params, "sessionId");
    objects.find(objectId);
    objects.get(objects.touch(sessionId), objectId);
    return new JsonObject().put("sessionId", sessionId);
  }

  private JsonObject unref(JsonObject params) {
    String objectId = Requests.string(params, "object");
    String sessionId = Requests.string(params, "sessionId");
    objects.session(sessionId).ifPresent(session -> objects.unref(session, objectId));
    return new JsonObject().put("sessionId", sessionId);
  }

  private JsonObject release(JsonObject params) {
    objects.release(Requests.string(params, "object"));
    return new JsonObject().put("sessionId", sessionId(params));
  }

  private JsonObject keepAlive(JsonObject params) {
    String sessionId = Requests.string(params, "sessionId");
    objects.keepAlive(sessionId);
    return new JsonObject().put("sessionId", sessionId);
  }

  private Future<JsonObject> transaction(JsonObject params) {
    String sessionId = sessionId(params);
    return transactions
        .run(sessionId, Requests.array(params, "operations"))
        .map(replies -> new JsonObject().put("sessionId", sessionId).put("value", replies));
  }

  private JsonObject closeSession(JsonObject params) {
    String sessionId = Requests.string(params, "sessionId");
    boolean release = Boolean.TRUE.equals(params.getValue("release"));
    objects.session(sessionId).ifPresent(release ? objects::releaseSession : objects::closeSession);
    return null;
  }

  private Session session(JsonObject params) {
    return objects.touch(sessionId(params));
  }

  private static String sessionId(JsonObject params) {
    String sessionId = Requests.optionalString(params, "sessionId");
    return sessionId == null ? UUID.randomUUID().toString() : sessionId;
  }

  private static JsonObject value(Session session, Object value) {
    return new JsonObject().put("sessionId", session.id()).put("value", value);
  }
}
