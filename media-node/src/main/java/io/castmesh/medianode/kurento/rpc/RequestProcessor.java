package io.castmesh.medianode.kurento.rpc;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request in, one reply out: checks the envelope, finds the method, answers repeated requests
 * from the cache. What methods do is in {@link Methods}.
 */
public final class RequestProcessor {
  private static final Logger log = LoggerFactory.getLogger(RequestProcessor.class);

  private static final int MAX_CACHED_CHARACTERS = 8 << 20;

  private record Asked(String session, String id) {}

  private final Map<String, Methods.Method> methods;
  private final ReplyCache cache;

  /** What is not answered yet: who asks for it again gets the same reply. */
  private final Map<Asked, Future<JsonObject>> underWay = new HashMap<>();

  public RequestProcessor(Methods methods, long replyCacheMillis, int maxCachedReplies) {
    this.methods = methods.table();
    this.cache =
        new ReplyCache(
            replyCacheMillis,
            maxCachedReplies,
            MAX_CACHED_CHARACTERS,
            () -> System.nanoTime() / 1_000_000);
    methods.executeWith(this);
  }

  /**
   * @param message any JSON value
   * @return the reply; never fails; null when there is nothing to answer
   */
  public Future<JsonObject> process(Object message) {
    if (!(message instanceof JsonObject request) || !isRequest(request)) {
      return Future.succeededFuture(Replies.invalidRequest());
    }
    if (!isDoneOnce(request)) {
      return execute(request);
    }
    JsonObject cached = cached(request);
    if (cached != null) {
      return Future.succeededFuture(cached);
    }
    Asked asked = new Asked(sessionId(request.getValue("params")), requestId(request));
    Future<JsonObject> running = underWay.get(asked);
    if (running != null) {
      return running;
    }
    Future<JsonObject> reply = execute(request).onSuccess(done -> keep(request, done));
    if (asked.session() != null && asked.id() != null && !reply.isComplete()) {
      underWay.put(asked, reply);
      reply.onComplete(done -> underWay.remove(asked));
    }
    return reply;
  }

  /** The same, whatever has been answered before. */
  Future<JsonObject> execute(JsonObject request) {
    if (!isRequest(request)) {
      return Future.succeededFuture(Replies.invalidRequest());
    }
    Object id = request.getValue("id");
    Methods.Method method = methods.get(request.getString("method"));
    if (method == null) {
      return Future.succeededFuture(
          Replies.failure(
              id, new RpcException(RpcException.METHOD_NOT_FOUND, "Method not found.", null)));
    }
    return run(method, request)
        .map(result -> reply(id, result))
        .otherwise(cause -> Replies.failure(id, cause));
  }

  /** Whether another time would make more of it; what only asks is answered anew. */
  private static boolean isDoneOnce(JsonObject request) {
    return switch (request.getString("method")) {
      case "create", "subscribe", "transaction" -> true;
      case "invoke" -> !isQuestion(request.getValue("params"));
      default -> false;
    };
  }

  private static boolean isQuestion(Object params) {
    return params instanceof JsonObject object
        && object.getValue("operation") instanceof String operation
        && (operation.startsWith("get") || operation.startsWith("is"));
  }

  private static boolean isRequest(JsonObject request) {
    Object id = request.getValue("id");
    return "2.0".equals(request.getValue("jsonrpc"))
        && request.getValue("method") instanceof String
        && (id == null || id instanceof String || id instanceof Number || id instanceof Boolean);
  }

  private static Future<JsonObject> run(Methods.Method method, JsonObject request) {
    try {
      Object params = request.getValue("params");
      if (params != null && !(params instanceof JsonObject)) {
        throw new RpcException(
            RpcException.INTERNAL_ERROR,
            "Unexpected error while processing method: 'params' should be an object",
            null);
      }
      return method.invoke((JsonObject) params);
    } catch (RuntimeException failure) {
      return Future.failedFuture(failure);
    }
  }

  private static JsonObject reply(Object id, JsonObject result) {
    if (id != null) {
      return Replies.result(id, result);
    }
    if (result == null) {
      return null;
    }
    // What a Kurento server says to a request without an id, once it has done what it asks for.
    return Replies.failure(
        null,
        new RpcException(
            RpcException.SERVER_ERROR,
            "Ignoring response because of a notification request",
            result));
  }

  private JsonObject cached(JsonObject request) {
    String id = requestId(request);
    String session = sessionId(request.getValue("params"));
    if (id == null || session == null) {
      return null;
    }
    JsonObject reply = cache.find(session, id).orElse(null);
    if (reply != null) {
      log.debug("Request {} of session {} was answered before", id, session);
    }
    return reply;
  }

  private void keep(JsonObject request, JsonObject reply) {
    String id = requestId(request);
    if (id == null || reply == null) {
      return;
    }
    String session = sessionId(reply.getValue("result"));
    if (session == null) {
      session = sessionId(request.getValue("params"));
    }
    if (session != null) {
      cache.keep(session, id, reply);
    }
  }

  private static String requestId(JsonObject request) {
    Object id = request.getValue("id");
    return id == null ? null : id.toString();
  }

  private static String sessionId(Object holder) {
    return holder instanceof JsonObject object
        ? Requests.optionalString(object, "sessionId")
        : null;
  }
}
